package views

import "math"

// sparks are the heights of a sparkline's cell. The full cell is left out, so
// that a peak does not touch the row above.
var sparks = [...]string{"▁", "▂", "▃", "▄", "▅", "▆", "▇"}

// sparkline writes samples, oldest first, in at most width cells, scaled so
// that the largest fills its cell. Where there are more samples than cells,
// neighbours are added up. No traffic is a blank: the lowest bar means a little.
func (p *pen) sparkline(samples []float64, width int) {
	if len(samples) == 0 || width <= 0 {
		return
	}
	per := (len(samples) + width - 1) / width
	top := 0.0
	for end := len(samples); end > 0; end -= per {
		top = max(top, sum(samples[max(0, end-per):end]))
	}
	// From the newest backwards the groups are whole; the oldest may be short.
	first := len(samples) % per
	if first > 0 {
		p.spark(sum(samples[:first]), top)
	}
	for i := first; i < len(samples); i += per {
		p.spark(sum(samples[i:i+per]), top)
	}
}

// spark writes one cell of height value/top.
func (p *pen) spark(value, top float64) {
	if value <= 0 {
		p.gap(1)
		return
	}
	level := int(math.Ceil(value/top*float64(len(sparks)))) - 1
	p.text(in, sparks[min(max(level, 0), len(sparks)-1)])
}

// sum adds up samples; what is no amount of traffic counts as none.
func sum(samples []float64) float64 {
	total := 0.0
	for _, v := range samples {
		if v > 0 && !math.IsInf(v, 1) {
			total += v
		}
	}
	return min(total, math.MaxFloat64)
}
