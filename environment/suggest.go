package environment

import (
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
		return "there is no such field: write " + best
	}
	return "there is no such field; there are " + strings.Join(names, ", ")
}

// distance between two words: how many letters are to be added, left out, replaced or swapped with the next.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1) // from the first i letters of a to the first j of b
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			if i == 0 || j == 0 {
				rows[i][j] = i + j
				continue
			}
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
