package workload

import (
	"cmp"
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/caissonhq/caisson"
)

// program is what a workload of any kind comes down to. Each kind says what it has of it, and builds its objects from
// it, so that there is one way to do a thing.
type program struct {
	name, namespace string
	main            container
	folders         []Folder
	tokens          []Token
	sidecars        []Sidecar
	init            []Init
	runtime         Runtime
	profile         Profile
	preset          Preset
	priorityClass   string
	placement       caisson.Placement

	// listener is nil for a program without a port.
	listener        *listener
	livenessCommand []string
	volumes         []Volume
	// foldersGiven of all folders, the last ones: /tmp comes by itself.
	foldersGiven int

	// scales tells that an autoscaler may own the number of replicas.
	scales    bool
	singleton bool
	replicas  *int32
	autoscale *Autoscale

	// finite programs run to their end.
	finite bool
	run    run
}

// withDefaults copies what Build writes to, so that the caller's spec stays as it is.
func (p program) withDefaults() program {
	p.profile = cmp.Or(p.profile, Production)
	p.preset = cmp.Or(p.preset, API)
	if p.listener != nil {
		p.listener.servicePort = cmp.Or(p.listener.servicePort, p.listener.port)
	}
	p.main.resources = withDefaults(p.main.resources, p.profile.resources(p.preset))
	p.run = p.run.withDefaults()
	p.foldersGiven, p.folders = len(p.folders), foldersWithTmp(p.folders)
	if p.finite {
		return p
	}
	switch {
	case p.autoscale != nil:
		bounds, defaults := *p.autoscale, p.profile.autoscale()
		bounds.Min = cmp.Or(bounds.Min, defaults.Min)
		bounds.Max = cmp.Or(bounds.Max, defaults.Max)
		bounds.CPUPercent = cmp.Or(bounds.CPUPercent, defaults.CPUPercent)
		bounds.MemoryPercent = cmp.Or(bounds.MemoryPercent, defaults.MemoryPercent)
		p.autoscale = &bounds
	case p.replicas != nil:
	case p.profile == Dev || !p.scales:
		p.replicas = new(int32(1))
	default:
		p.autoscale = new(p.profile.autoscale())
	}
	return p
}

// withDefaults gives resources that share nothing with those given.
func withDefaults(given, defaults corev1.ResourceRequirements) corev1.ResourceRequirements {
	all := *given.DeepCopy()
	all.Requests = merged(defaults.Requests, all.Requests)
	all.Limits = merged(defaults.Limits, all.Limits)
	return all
}

// merged writes to base, which is the caller's own.
func merged(base, over corev1.ResourceList) corev1.ResourceList {
	maps.Copy(base, over)
	return base
}

// maxReplicas that can run at once, without those that a rolling update adds.
func (p program) maxReplicas() int32 {
	if p.autoscale != nil {
		return p.autoscale.Max
	}
	return *p.replicas
}

// peer is the program as the end of a connection.
func (p program) peer() caisson.Peer {
	peer := caisson.Peer{Name: p.name, Namespace: p.namespace, Labels: p.instance()}
	if p.listener != nil {
		peer.Ports = []caisson.Port{{Name: p.listener.portName(), Port: p.listener.port, Protocol: corev1.ProtocolTCP}}
	}
	return peer
}

// instance is the one label that Services, budgets and policies select by.
func (p program) instance() map[string]string {
	return map[string]string{caisson.LabelInstance: p.name}
}

// selector of a Deployment: two revisions of a workload can stand side by side on different tracks.
func (p program) selector() map[string]string {
	labels := p.instance()
	labels[caisson.LabelTrack] = caisson.TrackStable
	return labels
}

func (p program) labels() map[string]string {
	labels := p.instance()
	labels[caisson.LabelName] = p.name
	labels[caisson.LabelManagedBy] = caisson.ManagedBy
	return labels
}

func (p program) meta() metav1.ObjectMeta { return p.metaOf(p.name) }

// metaOf an object that has another name than the program.
func (p program) metaOf(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: p.namespace, Labels: p.labels()}
}

func (p program) podLabels() map[string]string {
	labels := p.labels()
	maps.Copy(labels, p.selector())
	return labels
}

func typeMeta(version, kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: version, Kind: kind}
}
