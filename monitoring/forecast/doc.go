// Package forecast says when CPU, memory, pods or volumes of a cluster run out: from the history that Prometheus has, with an
// interval instead of a single line, and with the seasons of the day and the week.
//
//	client, err := api.NewClient(api.Config{Address: "http://localhost:9090"}) // github.com/prometheus/client_golang/api
//	report, err := forecast.Forecast(ctx, v1.NewAPI(client), forecast.Spec{Headroom: 0.15})
//	err = report.Markdown(os.Stdout)       // a table: what, now, capacity, runs out earliest, likely, latest
//	err = report.Results[0].SVG(file)      // a picture of it
//
// Without Prometheus, Of forecasts any Series. A Resource is a preset, like Volumes, or a PromQL query of your own.
//
// # How it works
//
// The history becomes means of an hour. Sixty simple methods are fitted to it: each has a level (the median of the last three
// hours, day or week), a slope (none, or the median of the slopes between the days of the last two days to eight weeks), and
// a season (none, the day, the day with an offset for each weekday, or the week). Each of them then forecasts the past from
// about 35 origins in it, knowing only what was before. The season that would have been best is taken, the simpler one
// unless a longer is 2 % better, and of its methods those within 5 % of the best are averaged: that is the median forecast. Its
// own errors in the same back-tests, by lead time, are the interval: nothing is assumed to be Gaussian. Where history holds
// fewer than eight back-tests of a lead that do not overlap, the interval grows on as it did before, at most to the extent of
// the history; it never narrows and is never negative.
//
// Seasons need two of their periods, and a forecast reaches half as far as its history, so that back-tests can see as far. With
// less than a day there is no forecast at all. The Result says which of these holds, and why.
//
// docs/forecast.md has the measurements: how near it comes on generated and on real series, beside predict_linear of
// Prometheus, and how many of the outcomes lie in the interval.
//
// # Pitfalls
//
//   - The future is taken to be like the history. A launch that is planned is not in it.
//   - An interval of a random walk, or of what changes in steps, holds fewer outcomes than it says, since eight weeks show few
//     of them: about 80 % in place of 90 %.
//   - Means of an hour do not see a peak of a minute. Ask for max_over_time in a query of your own where peaks count.
//   - Presets look at the requests of pods, which are what the scheduler counts. CPUUse and MemoryUse look at what is used.
//   - The capacity is the sum of all nodes. A pod needs its room on one node, so that pods can wait before the sum is full, as
//     they do in a pool that scales: its capacity now is what counts, not its maximum. Give that as a fixed Capacity.
//   - One Prometheus that has several clusters needs queries that choose one of them.
//   - Days and weeks are those of UTC. Summer time moves a season by an hour, and back-tests see that as an error.
//   - Prometheus keeps 15 days unless told to keep more: that is a forecast of a week. Eight weeks give four.
//   - A volume's claim that is made anew under the same name continues the series of the old one.
//   - A forecast takes about 30 ms of one core. Hundreds of volumes take seconds.
package forecast
