package forecast_test

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/monitoring/forecast"
)

// Any series is refused, or has an ordered and finite forecast and a picture that is XML.
func FuzzOf(f *testing.F) {
	eight := func(values ...float64) []byte {
		var data []byte
		for _, v := range values {
			data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
		}
		return data
	}
	f.Add(eight(1, 2, 3), int64(0), int64(time.Hour), 10, 5.0, 0.0, 0.9, "volume")
	f.Add(eight(1, math.NaN(), 7, 0), int64(1e18), int64(5*time.Minute), 3000, 0.0, 0.2, 0.6, "<&\x00\xff>")
	f.Add(eight(1e100, 0, 1e-300), int64(-1e18), int64(24*time.Hour), 40, 1e100, 0.99, 0.99, "")
	f.Add(eight(math.Inf(1), -1), int64(0), int64(0), 1, -1.0, 2.0, 7.0, "x")
	f.Add(eight(5e-324, 1e99), int64(12345), int64(7*time.Hour), 500, 1e-320, 0.5, 0.51, "y")
	f.Fuzz(func(t *testing.T, data []byte, start, step int64, repeat int, capacity, headroom, level float64, name string) {
		var values []float64
		for range max(0, repeat%4000) {
			for i := 0; i+8 <= len(data) && len(values) < 4000; i += 8 {
				values = append(values, math.Float64frombits(binary.LittleEndian.Uint64(data[i:])))
			}
		}
		s := forecast.Series{Start: time.Unix(0, start), Step: time.Duration(step), Values: values}
		r, err := forecast.Of(s, forecast.Options{Capacity: capacity, Headroom: headroom, Level: level})
		if err != nil {
			require.Nil(t, r)
			return
		}
		r.Name, r.Labels, r.Unit = name, map[string]string{"label": name}, forecast.Bytes
		at := time.Time{}
		for _, p := range r.Points {
			require.True(t, p.Time.After(at), "times ascend")
			at = p.Time
			require.True(t, 0 <= p.Lower && p.Lower <= p.LowerHalf && p.LowerHalf <= p.Median &&
				p.Median <= p.UpperHalf && p.UpperHalf <= p.Upper && !math.IsInf(p.Upper, 0), "%+v", p)
		}
		if e := r.Exhaustion; e != nil {
			require.NotEmpty(t, e.String())
			require.False(t, e.Likely != nil && (e.Earliest == nil || e.Earliest.After(*e.Likely)), "%v", e)
			require.False(t, e.Latest != nil && (e.Likely == nil || e.Likely.After(*e.Latest)), "%v", e)
		}
		wellFormed(t, r)
		require.NoError(t, (&forecast.Report{Results: []forecast.Result{*r}}).Markdown(io.Discard))
	})
}

// wellFormed reads the whole picture of a result as XML, and returns it.
func wellFormed(t *testing.T, r *forecast.Result) string {
	t.Helper()
	var picture bytes.Buffer
	require.NoError(t, r.SVG(&picture))
	for decoder := xml.NewDecoder(bytes.NewReader(picture.Bytes())); ; {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	require.NotContains(t, picture.String(), "NaN")
	require.NotContains(t, picture.String(), "Inf")
	return picture.String()
}
