package forecast_test

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/caissonhq/caisson/monitoring/forecast"
)

// The same on series of real machines: the Numenta Anomaly Benchmark. Each is cut at three places; its history is what is
// before, and the horizon half of that, at most four weeks.
func TestBacktestReal(t *testing.T) {
	folder := os.Getenv("CAISSON_NAB")
	if folder == "" {
		t.Skip("no real series: git clone https://github.com/numenta/NAB and name its data folder in CAISSON_NAB")
	}
	var scores []*score
	for _, part := range []string{"realAWSCloudwatch", "realKnownCause", "realTweets"} {
		files, err := filepath.Glob(filepath.Join(folder, part, "*.csv"))
		require.NoError(t, err)
		require.NotEmpty(t, files, "there is no %s in %s", part, folder)
		for _, file := range files {
			series := readNAB(t, file)
			s := newScore(strings.TrimSuffix(filepath.Base(file), ".csv"))
			for _, share := range []float64{0.5, 0.6, 0.67} {
				cut := int(share * float64(len(series.Values)))
				history := forecast.Series{Start: series.Start, Step: series.Step, Values: series.Values[:cut]}
				s.add(t, history, series.Values[cut:], forecast.DefaultHorizon)
			}
			if s.points > 0 {
				scores = append(scores, s)
			}
		}
	}
	t.Logf("\n%s", table(scores))
	sum := total(scores)
	require.Len(t, scores, 34)
	require.Less(t, sum.mae(), 0.7*sum.bestLinear())
	require.InDelta(t, 0.87, sum.coverage(), 0.05)
}

// readNAB puts what is in a file on a fixed step, the usual one of the file. What is missing is a gap.
func readNAB(t *testing.T, name string) forecast.Series {
	t.Helper()
	file, err := os.Open(name)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	times := make([]time.Time, 0, len(rows))
	steps := make([]time.Duration, 0, len(rows))
	for i, row := range rows[1:] {
		at, err := time.Parse(time.DateTime, row[0])
		require.NoError(t, err)
		times = append(times, at)
		if i > 0 {
			steps = append(steps, at.Sub(times[i-1]))
		}
	}
	slices.Sort(steps)
	s := forecast.Series{Start: times[0], Step: steps[len(steps)/2]}
	s.Values = make([]float64, int(times[len(times)-1].Sub(times[0])/s.Step)+1)
	for i := range s.Values {
		s.Values[i] = math.NaN()
	}
	for i, row := range rows[1:] {
		value, err := strconv.ParseFloat(row[1], 64)
		require.NoError(t, err)
		if at := int(times[i].Sub(s.Start) / s.Step); at >= 0 && at < len(s.Values) {
			s.Values[at] = value
		}
	}
	return s
}
