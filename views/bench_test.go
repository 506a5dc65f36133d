package views

import "testing"

// A full page of random bytes is the dearest frame: nearly every byte has
// another class than the one before.
func BenchmarkRender200x60(b *testing.B) {
	theme := NewTheme(TrueColor, false)
	frame := sceneBusy(32, 60)
	var n int
	b.ReportAllocs()
	for b.Loop() {
		n = len(theme.Render(frame, 200, 60))
	}
	b.ReportMetric(float64(n), "B/frame")
}

func BenchmarkRender120x36Demo(b *testing.B) {
	theme := NewTheme(TrueColor, false)
	frame := fit(sceneDemo(), 120, 36)
	b.ReportAllocs()
	for b.Loop() {
		theme.Render(frame, 120, 36)
	}
}
