package apply

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Set is the identity of the objects that are applied, pruned and deleted together. All three fields are required DNS
// labels, and none can change without making it another set.
//
// On the cluster a set is the ConfigMap caisson-<program>-<name>, its parent, and the label applyset.kubernetes.io/part-of
// of its objects. The annotation caisson.dev/intent on them is a hash of what was applied.
type Set struct {
	// Namespace that the set's parent lives in. The set may hold objects of other namespaces too, and its own Namespace.
	Namespace string `json:"namespace"`
	// Name of the set, unique for the program in the namespace.
	Name string `json:"name"`
	// Program that applies it: "deploy-bot".
	Program string `json:"program"`
}

// Labels and annotations of the ApplySet specification (KEP-3659), and our own.
const (
	labelPartOf           = "applyset.kubernetes.io/part-of"
	labelID               = "applyset.kubernetes.io/id"
	annotationTooling     = "applyset.kubernetes.io/tooling"
	annotationKinds       = "applyset.kubernetes.io/contains-group-kinds"
	annotationNamespaces  = "applyset.kubernetes.io/additional-namespaces"
	annotationRun         = "caisson.dev/run"
	annotationNames       = "caisson.dev/names"
	annotationHistory     = "caisson.dev/history"
	annotationIntent      = "caisson.dev/intent"
	annotationSet         = "caisson.dev/set"
	tooling               = "caisson/v1"
	maxFieldManagerLength = 128
)

// ID is the value of the label applyset.kubernetes.io/part-of on every object of the set.
func (s Set) ID() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{s.parentName(), s.Namespace, "ConfigMap", ""}, ".")))
	return "applyset-" + base64.RawURLEncoding.EncodeToString(sum[:]) + "-v1"
}

// identity tells sets apart whose parents would have one name: "b-c" of program "a" and "c" of program "a-b".
func (s Set) identity() string { return s.Program + "/" + s.Name }

func (s Set) parentName() string { return "caisson-" + s.Program + "-" + s.Name }

// manager of the fields that the set applies.
func (s Set) manager() string {
	name := s.parentName()
	if len(name) <= maxFieldManagerLength {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return "caisson-" + hex.EncodeToString(sum[:])
}

// handoverManager holds the number of replicas between the set and an autoscaler.
func (s Set) handoverManager() string {
	sum := sha256.Sum256([]byte(s.parentName()))
	return "caisson-handover-" + hex.EncodeToString(sum[:16])
}

func (s Set) String() string { return s.Namespace + "/" + s.Name + " by " + s.Program }

func (s Set) validate() error {
	var errs field.ErrorList
	for _, part := range []struct{ path, value, example string }{
		{"namespace", s.Namespace, "shop"}, {"name", s.Name, "shop"}, {"program", s.Program, "deploy-bot"},
	} {
		path := field.NewPath("set", part.path)
		if part.value == "" {
			errs = append(errs, field.Required(path, `write a DNS label, like "`+part.example+`"`))
			continue
		}
		for _, message := range validation.IsDNS1123Label(part.value) {
			errs = append(errs, field.Invalid(path, part.value, message))
		}
	}
	return errs.ToAggregate()
}
