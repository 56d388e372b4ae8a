package nodepooltest

import (
	"net/http"
	"strconv"
	"time"
)

const (
	requestsPerHour   = 5000 // https://docs.digitalocean.com/reference/api/digitalocean/#section/Introduction/Rate-Limit
	requestsPerMinute = 250  // 5% of the hour's, the same page
)

// limits that count, or zero where there is none.
func (l RateLimit) limits() (hour, minute int) {
	hour, minute = l.PerHour, l.PerMinute
	if hour == 0 {
		hour = requestsPerHour
	}
	if minute == 0 {
		minute = requestsPerMinute
	}
	return max(hour, 0), max(minute, 0)
}

// overLimit counts a request, or says that it is one too many. Each request expires by itself, an hour and a minute after it
// came. Only the limit of the minute tells how long to wait, as DigitalOcean's does.
func (s *Server) overLimit() (wait time.Duration, over bool) {
	now := s.options.Clock.Now()
	for len(s.served) > 0 && now.Sub(s.served[0]) >= time.Hour {
		s.served = s.served[1:]
	}
	hour, minute := s.options.RateLimit.limits()
	if hour > 0 && len(s.served) >= hour {
		return 0, true
	}
	if first := len(s.served) - minute; minute > 0 && first >= 0 {
		if age := now.Sub(s.served[first]); age < time.Minute {
			return time.Minute - age, true
		}
	}
	s.served = append(s.served, now)
	return 0, false
}

func (s *Server) rateHeaders(h http.Header) {
	hour, _ := s.options.RateLimit.limits()
	if hour == 0 {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	reset := s.options.Clock.Now()
	if len(s.served) > 0 {
		reset = s.served[0].Add(time.Hour)
	}
	h.Set("Ratelimit-Limit", strconv.Itoa(hour))
	h.Set("Ratelimit-Remaining", strconv.Itoa(max(hour-len(s.served), 0)))
	h.Set("Ratelimit-Reset", strconv.FormatInt(reset.Unix(), 10))
}
