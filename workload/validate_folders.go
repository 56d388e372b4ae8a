package workload

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func (p program) validateTokens() field.ErrorList {
	var errs field.ErrorList
	for i, token := range p.tokens {
		at := field.NewPath("tokens").Index(i)
		const shortest, longest = 600, 1 << 32 // the API server's bounds
		if seconds := token.ExpirationSeconds; seconds != 0 && (seconds < shortest || seconds > longest) {
			errs = append(errs, field.Invalid(at.Child("expirationSeconds"), seconds,
				fmt.Sprintf("must be between %d and %d", shortest, longest)))
		}
		if token.path() == "" {
			errs = append(errs, field.Required(at.Child("path"),
				`write the folder that shall hold the file token, like "/var/run/secrets/vault"`))
		}
	}
	return errs
}

func (p program) validateFolders() field.ErrorList {
	var errs field.ErrorList
	for i, folder := range p.givenFolders() {
		at := field.NewPath("folders").Index(i)
		errs = append(errs, validateName(at.Child("name"), folder.Name, validation.IsDNS1123Label)...)
		if folder.Path == "" {
			errs = append(errs, field.Required(at.Child("path"), `write where it is mounted, like "/var/cache/app"`))
		}
		if folder.Name == tmpName && folder.Path != tmpPath {
			errs = append(errs, field.Invalid(at.Child("path"), folder.Path,
				"the folder tmp is /tmp: leave the path out, or choose another name"))
		}
		if size := folder.Size; size.Value() < mebibyte {
			errs = append(errs, field.Invalid(at.Child("size"), size.String(),
				"must be 1Mi or more: write Mi or Gi after the number"))
		}
	}
	return errs
}

// givenFolders are those of the spec, without /tmp if it was not among them.
func (p program) givenFolders() []Folder { return p.folders[len(p.folders)-p.foldersGiven:] }

func (p program) validateVolumes() field.ErrorList {
	var errs field.ErrorList
	for i, volume := range p.volumes {
		at := field.NewPath("volumes").Index(i)
		errs = append(errs, validateName(at.Child("name"), volume.Name, validation.IsDNS1123Label)...)
		if volume.Path == "" {
			errs = append(errs, field.Required(at.Child("path"), `write where it is mounted, like "/var/lib/app"`))
		}
		if size := volume.Size; size.Cmp(smallestVolume) < 0 || size.Cmp(largestVolume) > 0 {
			errs = append(errs, field.Invalid(at.Child("size"), size.String(),
				"must be between "+smallest+" and "+largest+", as DigitalOcean's volumes are"))
		}
	}
	return errs
}

func (p program) validateHelpers() field.ErrorList {
	const longest = 50 // leaves room for the names of the container's volumes
	var errs field.ErrorList
	seen := map[string]bool{p.name: true}
	ports := p.seenPorts()
	for i, c := range p.helpers() {
		at := p.helperPath(i)
		errs = append(errs, validateName(at.Child("name"), c.name, validation.IsDNS1123Label)...)
		if len(c.name) > longest {
			errs = append(errs, field.Invalid(at.Child("name"), c.name, fmt.Sprintf(
				"must be no more than %d characters: the names of its volumes begin with it", longest)))
		}
		if seen[c.name] && c.name != "" {
			errs = append(errs, field.Duplicate(at.Child("name"), c.name))
		}
		seen[c.name] = true
		errs = append(errs, p.validateContainer(at, c)...)
		for j, port := range c.ports {
			errs = append(errs, ports.validate(at.Child("ports").Index(j), port)...)
		}
		errs = append(errs, validateResources(at.Child("resources"), c.resources)...)
	}
	return errs
}

// helperPath of one of the helpers: sidecars come first.
func (p program) helperPath(i int) *field.Path {
	if i < len(p.sidecars) {
		return field.NewPath("sidecars").Index(i)
	}
	return field.NewPath("init").Index(i - len(p.sidecars))
}
