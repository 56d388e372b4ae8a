package workload

import (
	"strings"
	"unicode"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

func (p program) validateListener() field.ErrorList {
	l := p.listener
	if l == nil {
		return nil
	}
	errs := validatePort(field.NewPath("port"), l.port, 1024, "the program is not root and cannot listen below it")
	if l.port != 0 { // else the error above says enough
		errs = append(errs, validatePort(field.NewPath("servicePort"), l.servicePort, 1, "")...)
	}
	if protocol := oneOf(field.NewPath("protocol"), l.protocol, Protocols()); len(protocol) > 0 {
		return append(errs, protocol...) // what the paths mean is not known
	}
	errs = append(errs, l.validatePath(field.NewPath("readinessPath"), l.readinessPath)...)
	errs = append(errs, l.validatePath(field.NewPath("livenessPath"), l.livenessPath)...)
	if l.livenessPath != "" && l.livenessPath == l.readinessPath {
		errs = append(errs, field.Invalid(field.NewPath("livenessPath"), l.livenessPath,
			"must differ from readinessPath: whatever keeps a replica from serving would restart all of them"))
	}
	return errs
}

func (l *listener) validatePath(path *field.Path, value string) field.ErrorList {
	var message string
	switch slash := strings.HasPrefix(value, "/"); {
	case value == "":
	case l.protocol == TCP:
		message = "with tcp there is nothing to ask but whether the port is open: leave it out, or write protocol: http"
	case l.protocol == HTTP && !slash:
		message = `must begin with "/"`
	case l.protocol == GRPC && (slash || strings.ContainsFunc(value, unicode.IsSpace)):
		message = `with grpc it names a service of the health protocol, like "live": write it without / and white space`
	}
	if message == "" {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value, message)}
}
