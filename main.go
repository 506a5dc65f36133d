// Command peerscope watches live TCP and Unix-socket connections in the
// terminal: status, buffered bytes and the bytes themselves.
package main

import (
	"os"

	"peerscope/tui/cli"
	"peerscope/tui/noquery"
)

func main() {
	noquery.Restore()
	os.Exit(cli.Main(os.Args[1:]))
}
