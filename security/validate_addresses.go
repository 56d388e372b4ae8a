package security

import (
	"net/netip"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/caissonhq/caisson"
)

func validateAddresses(path *field.Path, peer caisson.Peer) field.ErrorList {
	errs := validateRanges(path.Child("cidrs"), peer.CIDRs)
	errs = append(errs, validateRanges(path.Child("except"), peer.Except)...)
	if len(errs) > 0 {
		return errs
	}
	for i, text := range peer.Except {
		if !slices.ContainsFunc(peer.CIDRs, func(cidr string) bool { return len(within(cidr, []string{text})) > 0 }) {
			errs = append(errs, field.Invalid(path.Child("except").Index(i), text, "must be a smaller part of one of cidrs"))
		}
	}
	return errs
}

// validateRanges as the API server wants them: it refuses bits beyond the length, which may be a typo of either.
func validateRanges(path *field.Path, ranges []string) field.ErrorList {
	var errs field.ErrorList
	for i, text := range ranges {
		prefix, err := netip.ParsePrefix(text)
		switch {
		case err != nil || prefix.Addr().Is4In6():
			errs = append(errs, field.Invalid(path.Index(i), text,
				"write a range of addresses, like 10.110.0.0/20; one is 10.110.0.7/32"))
		case prefix.Masked().String() != text:
			errs = append(errs, field.Invalid(path.Index(i), text, "write "+prefix.Masked().String()))
		case slices.Contains(ranges[:i], text):
			errs = append(errs, field.Duplicate(path.Index(i), text))
		}
	}
	return errs
}

// metadata is where a Droplet's user data and tokens are told to whoever asks:
// https://docs.digitalocean.com/reference/api/metadata/
var metadata = netip.MustParseAddr("169.254.169.254")

// validateMetadata of addresses that are called: a range for the whole world has it too.
func validateMetadata(path *field.Path, to caisson.Peer) field.ErrorList {
	holds := func(text string) bool {
		prefix, err := netip.ParsePrefix(text)
		return err == nil && prefix.Contains(metadata)
	}
	if slices.ContainsFunc(to.CIDRs, holds) && !slices.ContainsFunc(to.Except, holds) {
		return field.ErrorList{field.Required(path,
			"the node's metadata service 169.254.169.254 is among them: write 169.254.0.0/16, or take security.Internet")}
	}
	return nil
}
