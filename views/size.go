package views

// Size returns a number of bytes as the screen shows it: "6 B", "12.4 kB".
func Size(n int64) string { return string(appendSize(nil, n)) }
