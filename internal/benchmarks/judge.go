package main

import "strconv"

// judge says what is other than the pass asked for. Nothing is said of a strategy that did as it was told.
func (p *place) judge(before, after map[string]version, wasState, wantState state) ([]string, error) {
	was, err := wasState.build(p.namespace, p.count)
	if err != nil {
		return nil, err
	}
	want, err := wantState.build(p.namespace, p.count)
	if err != nil {
		return nil, err
	}
	old := map[string]string{} // revisions of what was there
	for _, object := range was {
		old[keyOf(object)] = object.GetAnnotations()[annotationRevision]
	}
	var missing, stale, recreated, moved int
	wanted := map[string]bool{}
	for _, object := range want {
		key, revision := keyOf(object), object.GetAnnotations()[annotationRevision]
		wanted[key] = true
		now, there := after[key]
		then, existed := before[key]
		switch {
		case !there:
			missing++
		case now.revision != revision:
			stale++
		case existed && now.uid != then.uid:
			recreated++
		case existed && old[key] == revision && now.resourceVersion != then.resourceVersion:
			moved++
		}
	}
	left := 0
	for key := range after {
		if !wanted[key] {
			left++
		}
	}
	var notes []string
	for _, found := range []struct {
		count int
		what  string
	}{
		{missing, "objects are missing afterwards"},
		{stale, "objects do not hold what was desired"},
		{recreated, "objects were deleted and made anew"},
		{moved, "objects were written although nothing of them changed"},
		{left, "objects are there that should not be"},
	} {
		if found.count > 0 {
			notes = append(notes, strconv.Itoa(found.count)+" "+found.what)
		}
	}
	return notes, nil
}
