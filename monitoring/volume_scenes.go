package monitoring

import (
	"fmt"
	"time"
)

type volumeScenes struct {
	Volume

	every, until time.Duration
}

const volumeSize = 100e9

func (s volumeScenes) new(name string) *scene {
	return &scene{name: name, every: s.every, until: s.until}
}

func (s volumeScenes) labels(claim string, more ...string) map[string]string {
	labels := with(map[string]string{"namespace": "shop"}, pairs(s.Match)...)
	return with(with(labels, "job", s.Job, "persistentvolumeclaim", claim), more...)
}

func (s volumeScenes) told(left float64, more string) Firing {
	const claim = "data"
	namespace := s.labels(claim)["namespace"]
	return Firing{
		Labels:  map[string]string{"namespace": namespace, "persistentvolumeclaim": claim},
		Summary: fmt.Sprintf("Volume %s/%s has %.4g%% left%s.", namespace, claim, 100*left, more),
	}
}

// volume whose room is a curve, of one size.
func (s volumeScenes) volume(scene *scene, claim string, room *curve, more ...string) *scene {
	return scene.show(volumeAvailableMetric, s.labels(claim, more...), room).
		show(volumeCapacityMetric, s.labels(claim, more...), sampled(s.every).set(volumeSize))
}

func (s volumeScenes) room(share float64) *curve { return sampled(s.every).set(share * volumeSize) }

func (v Volume) fullScenes() []*scene {
	s := volumeScenes{Volume: v, every: defaultInterval, until: time.Hour}
	low, high := fourDigits(v.Left*0.995), fourDigits(v.Left*1.005)
	firing := s.new("A volume with less left than the threshold fires, one with more does not.").quiet(s.every).
		fires(time.Minute, s.told(low, ""))
	s.volume(firing, "data", s.room(low))
	s.volume(firing, "other", s.room(high))
	freed := s.new("It fires on for a while when there is room again.").
		fires(10*time.Minute+keepFiring-s.every, s.told(low, "")).quiet(10*time.Minute + keepFiring)
	s.volume(freed, "data", s.room(low).hold(10*time.Minute).set(high*volumeSize))
	moved := s.new("A volume that moved to another node is one volume.").fires(10*time.Minute, s.told(low, ""))
	s.volume(moved, "data", s.room(low), "instance", "a")
	s.volume(moved, "data", s.room(low), "instance", "b")
	return append([]*scene{firing, freed, moved}, s.strangersOf(firing, low, high)...)
}

// strangersOf a volume by another label are neither it nor its size.
func (s volumeScenes) strangersOf(firing *scene, low, high float64) []*scene {
	labels := matchedLabels(s.Match, "job")
	return append(firing.strangers(labels...), byLabel(labels, func(label string) []*scene {
		if label == "namespace" {
			return nil // it is another volume then
		}
		small := s.new("A volume that is smaller by another "+label+" changes nothing.").
			fires(time.Minute, s.told(low, ""))
		s.volume(small, "data", s.room(low)).
			show(volumeCapacityMetric, s.labels("data", label, "other-"+s.labels("")[label]), s.room(0.01))
		full := s.new("A volume that is full by another " + label + " does not fire.").quiet(time.Minute)
		s.volume(full, "data", s.room(high)).
			show(volumeAvailableMetric, s.labels("data", label, "other-"+s.labels("")[label]), sampled(s.every))
		return []*scene{small, full}
	})...)
}

// fallingScenes are of volumes that fill so fast that what is left at a time is gone after the time that is looked ahead.
func (v Volume) fillingScenes() []*scene {
	s := volumeScenes{Volume: v, every: defaultInterval, until: 14 * time.Hour}
	ahead := v.FullWithin.Seconds()
	told := func(left float64) Firing {
		return s.told(left, ", and will be full within "+duration(v.FullWithin.Duration))
	}
	// From half an interval after crossed on, it is true.
	crossed := 2*time.Hour + s.every/2
	first := crossed + s.every/2 + volumeFillingFor
	// falling by so much of the volume each second, so that there is a share left when it is crossed.
	falling := func(share, perSecond float64) *curve {
		return s.room(share+perSecond*crossed.Seconds()).rise(-perSecond*volumeSize, s.until)
	}
	left := func(share, perSecond float64) float64 { return share - perSecond*(first-crossed).Seconds() }

	const share = 0.2
	firing := s.new("A volume fires when it has been filling too fast for what is left, for as long as it must.").
		quiet(first-s.every).fires(first, told(left(share, share/ahead)))
	s.volume(firing, "data", falling(share, share/ahead))

	fast := 2 * volumeRoom / ahead
	roomy := s.new("A volume that fills fast fires when there is little room, for as long as it must.").
		quiet(first-s.every).fires(first, told(left(volumeRoom, fast)))
	s.volume(roomy, "data", falling(volumeRoom, fast))

	written := s.new("A large file that is written once does not fire.").
		quiet(3*time.Hour-s.every, 3*time.Hour, first, 6*time.Hour, 10*time.Hour)
	s.volume(written, "data", s.room(0.9).hold(2*time.Hour).set(0.1*volumeSize))

	again := s.new("A large file that is written each hour fires.").fires(3*time.Hour, told(0.2))
	s.volume(again, "data", s.room(0.5).hold(time.Hour).set(0.4*volumeSize).hold(2*time.Hour).set(0.3*volumeSize).
		hold(3*time.Hour).set(0.2*volumeSize))

	freed := s.new("A volume that is cleaned up each hour does not fire.").quiet(first, 6*time.Hour, 10*time.Hour)
	saw := s.room(0.3)
	for hour := range 14 {
		saw.set(0.3*volumeSize).rise(-0.1*volumeSize/3600, time.Duration(hour+1)*time.Hour)
	}
	s.volume(freed, "data", saw)

	return append(
		[]*scene{firing, roomy, written, again, freed, s.trend(told, 1.0001), s.trend(told, 0.9999)},
		firing.strangers(matchedLabels(v.Match, "job")...)...)
}

// trend that began hours ago, told by a least squares fit of 6 hours: at one evaluation it is as steep as it may be, or a bit
// more.
func (s volumeScenes) trend(told func(left float64) Firing, factor float64) *scene {
	begin, at := volumeTrend+time.Hour, volumeTrend+4*time.Hour
	slope := s.slope(begin, at)
	const share = 0.2
	perSecond := factor * share / s.FullWithin.Seconds() / slope
	room := s.room(share+perSecond*(at-begin).Seconds()).hold(begin).rise(-perSecond*volumeSize, s.until)
	fires := at + volumeFillingFor
	if factor > 1 {
		trend := s.new("A trend is that of 6 hours: it fires when it has become steep enough.")
		return s.volume(trend, "data", room).
			quiet(fires-s.every).
			fires(fires, told(share-perSecond*volumeFillingFor.Seconds()))
	}
	trend := s.new("A trend is that of 6 hours: it does not fire before it has become steep enough.")
	fires += s.every
	return s.volume(trend, "data", room).quiet(fires-s.every).
		fires(fires, told(share-perSecond*(volumeFillingFor+s.every).Seconds()))
}

// slope that least squares find at a time, of what rises by one each second from begin on.
func (s volumeScenes) slope(begin, at time.Duration) float64 {
	var n, sumX, sumY, sumXX, sumXY float64
	for t := at - volumeTrend + s.every; t <= at; t += s.every {
		x, y := (t - at).Seconds(), max(0, (t-begin).Seconds())
		n, sumX, sumY, sumXX, sumXY = n+1, sumX+x, sumY+y, sumXX+x*x, sumXY+x*y
	}
	return (n*sumXY - sumX*sumY) / (n*sumXX - sumX*sumX)
}
