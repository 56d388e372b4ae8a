package caisson

// Names of labels and annotations. Those of Kubernetes are the recommended ones that dashboards, kubectl plugins and judges know.
const (
	// LabelName is the name of the application.
	LabelName = "app.kubernetes.io/name"
	// LabelInstance is unique for each workload of a namespace. Services, budgets and policies select by it alone.
	LabelInstance = "app.kubernetes.io/instance"
	// LabelManagedBy says what wrote the object: "caisson".
	LabelManagedBy = "app.kubernetes.io/managed-by"
	// LabelTrack lets two revisions of a workload stand side by side. It is part of a Deployment's selector.
	LabelTrack = "caisson.dev/track"
	// LabelPool is on the nodes of a pool. Workloads choose a pool by it, never by DOKS' pool name, which changes when
	// a pool is replaced.
	LabelPool = "caisson.dev/pool"

	// AnnotationRollOn of the pod template of a Deployment, StatefulSet or DaemonSet names the Secrets and ConfigMaps of its
	// namespace that its pods read: "Secret/keys, ConfigMap/settings". Package apply rolls the pods whenever one of them is
	// written, by anybody; an annotation beside it says for which versions.
	AnnotationRollOn = "caisson.dev/roll-on"

	// TrackStable is the track of a workload unless a release says otherwise.
	TrackStable = "stable"
	// ManagedBy is the value of LabelManagedBy.
	ManagedBy = "caisson"
)
