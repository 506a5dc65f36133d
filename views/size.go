package views

import "time"

// Size returns a number of bytes as the screen shows it: "6 B", "12.4 kB".
func Size(n int64) string { return string(appendSize(nil, n)) }

// Duration returns d as the screen's sentences have it: "3.1 ms", "2.4 s", "2 min 03 s".
func Duration(d time.Duration) string { return string(appendPause(nil, d)) }
