package apply_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
)

// tries that a change can wait for, and those of make prove.
func tries() int {
	if proving() {
		return 5000
	}
	return 300
}

// seed of this run. CAISSON_SEED repeats one.
func seed(t *testing.T) uint64 {
	t.Helper()
	chosen := uint64(time.Now().UnixNano())
	if text := os.Getenv("CAISSON_SEED"); text != "" {
		var err error
		chosen, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, "CAISSON_SEED is a number")
	}
	t.Logf("CAISSON_SEED=%d", chosen)
	return chosen
}

// Whatever others do to an object: if apply says unchanged, then the server says so too. An apply that is not sent
// because of a wrong guess would go unseen for ever.
func TestUnchangedIsNeverWrong(t *testing.T) {
	p := newPlace(t)
	p.defineKinds(t)
	other := p.Namespace(t)
	objects := slices.Concat(parts(t, connections(p.namespace, other)), otherKinds(t, p.namespace, other),
		emptyValues(p.namespace))
	for _, server := range servers(p.namespace) {
		objects = append(objects, parts(t, server)...)
	}
	for _, namespace := range namespaces(p.namespace) {
		objects = append(objects, parts(t, namespace)...)
	}
	l := newLab(t, p, other)
	for _, object := range objects {
		if object.GetName() == "full" { // some belong to somebody, and are held back
			object.SetOwnerReferences([]metav1.OwnerReference{{
				APIVersion: "v1", Kind: "Namespace", Name: p.namespace, UID: l.inNamespaces[0].UID,
			}})
			object.SetFinalizers([]string{"example.com/ours"})
		}
	}
	l.run(objects, tries())
}

func parts(t *testing.T, builder caisson.Builder) []caisson.Object {
	t.Helper()
	objects, err := builder.Objects()
	require.NoError(t, err)
	return objects
}

// run tries on objects that are drawn at random.
func (l *lab) run(objects []caisson.Object, tries int) {
	l.t.Helper()
	chosen := seed(l.t)
	l.quiet()
	start := time.Now()
	for i, object := range objects {
		s := l.newSubject(i, object)
		l.subjects[s.kind] = append(l.subjects[s.kind], s)
	}
	kinds := slices.Sorted(maps.Keys(l.subjects))
	for _, custom := range []string{"Blob", "Gadget"} { // what knows no merge rules has a comparison of its own
		if len(l.subjects[custom]) > 0 {
			kinds = append(kinds, slices.Repeat([]string{custom}, 3)...)
		}
	}
	l.t.Logf("on Kubernetes %s", l.version())
	l.t.Logf("%d objects are there after %s", len(objects), time.Since(start).Round(time.Second))
	defer l.tally.log(l.t)
	start = time.Now()
	for i := range tries {
		if i > 0 && i%1000 == 0 {
			l.t.Logf("%d tries in %s", i, time.Since(start).Round(time.Second))
		}
		l.rand = rand.New(rand.NewPCG(chosen, uint64(i)))
		l.number = i
		l.try(pick(l.rand, l.subjects[pick(l.rand, kinds)]))
	}
	l.t.Logf("%d tries on %d objects in %s", tries, len(objects), time.Since(start).Round(time.Second))
	require.Positive(l.t, l.tally.sum("unchanged, by the comparison alone"), "else nothing was tested")
	require.Positive(l.t, l.tally.sum("changed"), "else nothing was tested")
}

// tally counts by what was counted, and of what.
type tally map[string]map[string]int

func (c tally) add(what, of string) {
	if c[what] == nil {
		c[what] = map[string]int{}
	}
	c[what][of]++
}

func (c tally) sum(what string) int {
	sum := 0
	for _, count := range c[what] {
		sum += count
	}
	return sum
}

func (c tally) log(t *testing.T) {
	t.Helper()
	for _, what := range slices.Sorted(maps.Keys(c)) {
		counts := make([]string, 0, len(c[what]))
		for of, count := range c[what] {
			counts = append(counts, fmt.Sprintf("%s %d", of, count))
		}
		slices.Sort(counts)
		t.Logf("%s: %d (%s)", what, c.sum(what), strings.Join(counts, ", "))
	}
}
