package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// tellWrongUsage makes Cobra's own completion commands refuse what they do not
// know as all others do: it would print help and exit with 0.
func tellWrongUsage(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	completion, _, err := root.Find([]string{"completion"})
	if err != nil || completion == root {
		return // Cobra has none
	}
	var shells []string
	for _, shell := range completion.Commands() {
		shells = append(shells, shell.Name())
		shell.Args = func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("completion %s takes no arguments, got %q", cmd.Name(), args[0])
			}
			return nil
		}
	}
	completion.Args = cobra.ArbitraryArgs
	completion.RunE = func(_ *cobra.Command, args []string) error {
		return usagef("%s: expected one of %s", strings.Join(append([]string{"completion"}, args...), " "), strings.Join(shells, ", "))
	}
}
