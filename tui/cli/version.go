package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version says what was built: the module's version, the commit it was built
// from, and the toolchain.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	if commit := settings["vcs.revision"]; commit != "" {
		v += fmt.Sprintf(" commit %.12s of %s", commit, settings["vcs.time"])
	}
	if settings["vcs.modified"] == "true" {
		v += " with changes"
	}
	return fmt.Sprintf("%s, %s %s/%s", v, info.GoVersion, runtime.GOOS, runtime.GOARCH)
}
