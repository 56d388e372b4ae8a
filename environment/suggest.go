package environment

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// unknown says what to write instead of a name that is no field.
func unknown(name string, known map[string]reflect.StructField) string {
	names := slices.Sorted(maps.Keys(known))
	best, least := "", 3 // more than two letters apart is another word
	for _, one := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(one)); d < least {
			best, least = one, d
		}
	}
	if best != "" {
		return fmt.Sprintf("there is no such field: write %s", best)
	}
	return fmt.Sprintf("there is no such field; there are %s", strings.Join(names, ", "))
}

// distance between two words: how many letters are to be added, left out or replaced.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
