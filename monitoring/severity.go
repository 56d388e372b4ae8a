package monitoring

// Severity says how soon somebody must look, and so to whom an alert is sent.
type Severity string

const (
	// SeverityCritical wakes somebody: users are hurt, or will be within the hour.
	SeverityCritical Severity = "critical"
	// SeverityWarning is for the next working hours.
	SeverityWarning Severity = "warning"
	// SeverityInfo tells what explains other alerts, and is sent to nobody.
	SeverityInfo Severity = "info"
)

// Severities from the gravest.
func Severities() []Severity { return []Severity{SeverityCritical, SeverityWarning, SeverityInfo} }
