package forecast_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/stretchr/testify/require"
)

// sampled is a series that the server holds. NaN: there is no sample at that time.
type sampled struct {
	labels map[string]string
	at     func(t time.Time) float64
}

// prometheus answers range queries as Prometheus does, on loopback.
type prometheus struct {
	queries  map[string][]sampled
	errors   map[string]string
	warnings map[string][]string

	mu    sync.Mutex
	asked []asked
}

type asked struct {
	query      string
	start, end time.Time
	step       time.Duration
}

// api of a client of the server.
func (p *prometheus) api(t *testing.T) v1.API {
	t.Helper()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	client, err := api.NewClient(api.Config{Address: server.URL})
	require.NoError(t, err)
	return v1.NewAPI(client)
}

func (p *prometheus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request := asked{
		query: r.FormValue("query"), start: instant(r.FormValue("start")), end: instant(r.FormValue("end")),
		step: time.Duration(number(r.FormValue("step")) * float64(time.Second)),
	}
	p.mu.Lock()
	p.asked = append(p.asked, request)
	p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case request.end.Sub(request.start)/request.step > 11000:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"status":"error","errorType":"bad_data","error":"exceeded maximum resolution of 11,000 points per timeseries"}`)
	case p.errors[request.query] != "":
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = fmt.Fprintf(w, `{"status":"error","errorType":"execution","error":%q}`, p.errors[request.query])
	default:
		result := []any{}
		for _, s := range p.queries[request.query] {
			values, labels := []any{}, map[string]string{}
			maps.Copy(labels, s.labels)
			for at := request.start; !at.After(request.end); at = at.Add(request.step) {
				if v := s.at(at); !math.IsNaN(v) {
					values = append(values, []any{float64(at.UnixMilli()) / 1000, strconv.FormatFloat(v, 'f', -1, 64)})
				}
			}
			if len(values) > 0 {
				result = append(result, map[string]any{"metric": labels, "values": values})
			}
		}
		data, _ := json.Marshal(map[string]any{ //nolint:errchkjson // texts and whole times alone
			"status": "success", "warnings": p.warnings[request.query],
			"data": map[string]any{"resultType": "matrix", "result": result},
		})
		_, _ = w.Write(data)
	}
}

func number(text string) float64 {
	v, _ := strconv.ParseFloat(text, 64)
	return v
}

func instant(text string) time.Time {
	return time.UnixMilli(int64(math.Round(number(text) * 1000))).UTC()
}
