// Package cli is the command line: the commands, their flags, and what each
// end means as an exit code.
package cli
