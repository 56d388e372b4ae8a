package environment_test

import "testing"

func TestParseSuggestsNames(t *testing.T) {
	const all = "there is no such field; there are " + serverFields
	cases := map[string]struct {
		reason string
		write  string
		want   string
	}{
		"Swapped":  {"two letters in the wrong order are one slip", "prot", "there is no such field: write port"},
		"Missing":  {"a letter left out", "imag", "there is no such field: write image"},
		"Added":    {"a letter too many", "callss", "there is no such field: write calls"},
		"Replaced": {"a wrong letter", "profila", "there is no such field: write profile"},
		"Case": {
			"names are compared as they are written, unlike in encoding/json", "servicePORT",
			"there is no such field: write servicePort",
		},
		"Nearest":    {"the nearest of several counts", "resourcs", "there is no such field: write resources"},
		"TwoSlips":   {"two slips are still a slip", "servcPort", "there is no such field: write servicePort"},
		"OtherWord":  {"a guess that is far off would mislead", "healthcheck", all},
		"OtherAlpha": {"names are not ASCII only", "häfen", all},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			requireMistakes(t, tc.reason, valid+"    ? "+tc.write+"\n    : 1\n", "12: servers[0]."+tc.write+": "+tc.want)
		})
	}
}
