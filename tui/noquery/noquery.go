// Package noquery keeps bubbletea from asking the terminal for its background
// colour while the program is being initialised.
//
// bubbletea v1 does so in tea_init.go, and a terminal that stays silent then
// delays everything, --version too, by five seconds. With TERM=dumb it does
// not ask. This package imports only os, so that Go initialises it before any
// package that needs more; [Restore] is the first thing that main does.
package noquery

import "os"

var term, had = os.LookupEnv("TERM")

func init() {
	// The only error is an invalid name, which TERM is not.
	_ = os.Setenv("TERM", "dumb")
}

// Restore gives TERM back the value that it had.
func Restore() {
	if had {
		_ = os.Setenv("TERM", term)
		return
	}
	_ = os.Unsetenv("TERM")
}
