module peerscope

go 1.25.0

require (
	github.com/charmbracelet/bubbles v1.0.0 // key bindings, text input
	github.com/charmbracelet/bubbletea v1.3.10 // the event loop and the renderer
	github.com/charmbracelet/lipgloss v1.1.0 // colour profile of the text input
	github.com/charmbracelet/x/ansi v0.11.6 // widths and cuts of styled text
	github.com/charmbracelet/x/term v0.2.2 // the terminal's state before and after
	github.com/creack/pty v1.1.24 // tests: a pseudo-terminal
	github.com/dustin/go-humanize v1.0.1 // sizes such as 64MiB
	github.com/hinshun/vt10x v0.0.0-20220301184237-5011da428d02 // tests: the screen read back
	github.com/muesli/termenv v0.16.0 // the names of colour profiles
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // tests: the schema of what watch prints
	github.com/spf13/cobra v1.10.2 // commands, flags, help, completion
	go.uber.org/goleak v1.3.0 // tests: no goroutine is left
	golang.org/x/sys v0.41.0 // sockets and mapped memory
	pgregory.net/rapid v1.3.0 // tests: models of the log and its search
)

require (
	github.com/atotto/clipboard v0.1.4 // indirect
	github.com/aymanbagabas/go-osc52/v2 v2.0.1 // indirect
	github.com/charmbracelet/colorprofile v0.4.1 // indirect
	github.com/charmbracelet/x/cellbuf v0.0.15 // indirect
	github.com/clipperhouse/displaywidth v0.9.0 // indirect
	github.com/clipperhouse/stringish v0.1.1 // indirect
	github.com/clipperhouse/uax29/v2 v2.5.0 // indirect
	github.com/erikgeiser/coninput v0.0.0-20211004153227-1c3628e74d0f // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/lucasb-eyer/go-colorful v1.3.0 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/mattn/go-localereader v0.0.1 // indirect
	github.com/mattn/go-runewidth v0.0.19 // indirect
	github.com/muesli/ansi v0.0.0-20230316100256-276c6243b2f6 // indirect
	github.com/muesli/cancelreader v0.2.2 // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/spf13/pflag v1.0.9 // indirect
	github.com/xo/terminfo v0.0.0-20220910002029-abceb7e1c41e // indirect
	golang.org/x/text v0.14.0 // indirect
)
