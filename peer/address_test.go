package peer

import (
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

func TestParseAddressTakesEveryWrittenForm(t *testing.T) {
	tests := []struct {
		arg       string
		want      Address
		canonical string
		name      string
	}{
		{"tcp://127.0.0.1:6379", dialTCP("127.0.0.1", 6379), "tcp://127.0.0.1:6379", ":6379"},
		{"127.0.0.1:6379", dialTCP("127.0.0.1", 6379), "tcp://127.0.0.1:6379", ":6379"},
		{"localhost:6379", dialTCP("localhost", 6379), "tcp://localhost:6379", "localhost:6379"},
		{"[::1]:6379", dialTCP("::1", 6379), "tcp://[::1]:6379", "[::1]:6379"},
		{"tcp://[::1]:65535", dialTCP("::1", 65535), "tcp://[::1]:65535", "[::1]:65535"},
		{"[::1%lo]:1", dialTCP("::1%lo", 1), "tcp://[::1%lo]:1", "[::1%lo]:1"},
		{"my_host.local.:080", dialTCP("my_host.local.", 80), "tcp://my_host.local.:80", "my_host.local.:80"},
		{"localhost:1#a label#b", dialTCP("localhost", 1), "", ""}, // see below: "#" in what is before the label
		{"localhost:1#a label", dialTCP("localhost", 1).labelled("a label"), "tcp://localhost:1", "a label"},
		{"localhost:1#a=b", dialTCP("localhost", 1).labelled("a=b"), "tcp://localhost:1", "a=b"},
		{"unix:///run/app.sock", uds("/run/app.sock"), "unix:///run/app.sock", "app.sock"},
		{"unix:/run/app.sock", uds("/run/app.sock"), "unix:///run/app.sock", "app.sock"},
		{"/run/app.sock", uds("/run/app.sock"), "unix:///run/app.sock", "app.sock"},
		{"./app.sock", uds("./app.sock"), "unix:./app.sock", "app.sock"},
		{"../app.sock", uds("../app.sock"), "unix:../app.sock", "app.sock"},
		{"unix://./app.sock", uds("./app.sock"), "unix:./app.sock", "app.sock"},
		{"unix:app.sock", uds("app.sock"), "unix:app.sock", "app.sock"},
		{"/run/a#1#app", uds("/run/a#1").labelled("app"), "unix:///run/a%231", "app"},
		{"/run/100%", uds("/run/100%"), "unix:///run/100%25", "100%"},
		{"tcp-listen://127.0.0.1:9000", listenAt(dialTCP("127.0.0.1", 9000)), "tcp-listen://127.0.0.1:9000", ":9000"},
		{"tcp-listen://:0", listenAt(dialTCP("127.0.0.1", 0)), "tcp-listen://127.0.0.1:0", ":0"},
		{"tcp-listen://localhost:1", listenAt(dialTCP("localhost", 1)), "tcp-listen://localhost:1", "localhost:1"},
		{"tcp-listen://0.0.0.0:1", listenAt(dialTCP("0.0.0.0", 1)), "tcp-listen://0.0.0.0:1", "0.0.0.0:1"},
		{"unix-listen:///a=/b", tapping(uds("/a"), uds("/b")), "unix-listen:///a=unix:///b", "a"},
		{"unix-listen:a", listenAt(uds("a")), "unix-listen:a", "a"},
		{":6380=127.0.0.1:6379", tapping(dialTCP("127.0.0.1", 6380), dialTCP("127.0.0.1", 6379)),
			"tcp-listen://127.0.0.1:6380=tcp://127.0.0.1:6379", ":6380"},
		{"tcp://:1=unix:/b%3D#x=y", tapping(dialTCP("127.0.0.1", 1), uds("/b=")).labelled("x=y"),
			"tcp-listen://127.0.0.1:1=unix:///b%3D", "x=y"},
		{"unixpacket-listen:///a=unixpacket:b", tapping(packet("/a"), packet("b")), "unixpacket-listen:///a=unixpacket:b", "a"},
		{"unix:///run/a%3Db%23c%25d%3d", uds("/run/a=b#c%d="), "unix:///run/a%3Db%23c%25d%3D", "a=b#c%d="},
		{"/run/söck et", uds("/run/söck et"), "unix:///run/söck et", "söck et"},
		{"/" + strings.Repeat("x", MaxPath-1), uds("/" + strings.Repeat("x", MaxPath-1)), "unix:///" + strings.Repeat("x", MaxPath-1), strings.Repeat("x", MaxPath-1)},
	}
	if hasAbstract {
		tests = append(tests, tests[0])
		for _, arg := range []string{"@name", "unix://@name", "unix:@name"} {
			tests = append(tests, tests[0])
			last := &tests[len(tests)-1]
			last.arg, last.want, last.canonical, last.name = arg, uds("@name"), "unix://@name", "@name"
		}
	}
	for _, test := range tests {
		got, err := ParseAddress(test.arg)
		if test.canonical == "" {
			if err == nil {
				t.Errorf("%s: %+v, want an error", test.arg, got)
			}
			continue
		}
		if err != nil || got != test.want {
			t.Errorf("%s: %+v, %v; want %+v", test.arg, got, err, test.want)
			continue
		}
		if got.String() != test.canonical || got.Name() != test.name {
			t.Errorf("%s: canonical %s, name %s; want %s, %s", test.arg, got, got.Name(), test.canonical, test.name)
		}
	}
}

func TestTakeOverTakesABareNameForAPath(t *testing.T) {
	for arg, want := range map[string]Address{
		"app.sock#app": uds("app.sock").labelled("app"), "run/a=b": uds("run/a=b"), "/a:b": uds("/a:b"), "unix:a%3Db": uds("a=b"),
	} {
		want.Listens, want.Takeover = true, true
		if got, err := TakeOver(arg); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", arg, got, err, want)
		}
	}
	for arg, why := range map[string]string{
		"": "no path", ":6379": "only the path of a Unix stream socket", "unixpacket:a": "only the path of a Unix stream socket",
		"127.0.0.1:x": "is not a number", "http://a": "unknown scheme",
	} {
		if got, err := TakeOver(arg); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %+v, %v; want %s", arg, got, err, why)
		}
	}
}

func uds(path string) Address { return Address{Endpoint: Endpoint{Family: FamilyUDS, Path: path}} }

func dialTCP(host string, port uint16) Address {
	return Address{Endpoint: Endpoint{Host: host, Port: port}}
}

func packet(path string) Address {
	return Address{Endpoint: Endpoint{Family: FamilyUDS, Path: path, Packet: true}}
}

func listenAt(a Address) Address { a.Listens = true; return a }

func tapping(a, target Address) Address { a.Listens, a.Target = true, target.Endpoint; return a }

func (a Address) labelled(label string) Address { a.Label = label; return a }

func TestParseAddressSaysWhatWasExpected(t *testing.T) {
	const forms = "expected HOST:PORT, /PATH, unix:///PATH or @NAME, tcp-listen:// or unix-listen:// to listen, LISTEN=DIAL to tap"
	const joins = `"=" joins the two ends of a tap (in a path write unix: and %3D); `
	long := "/" + strings.Repeat("x", MaxPath)
	tests := []struct{ arg, why string }{
		{"", "empty; " + forms},
		{"localhost", forms},
		{"app.sock", forms},
		{"#label", forms},
		{"localhost:1#", "no label after #"},
		{"localhost:1\x00", "holds a NUL byte"},
		{"/run/a\x00b", "holds a NUL byte"},
		{":6379", "no host; " + forms},
		{"tcp://:6379", "no host; " + forms},
		{"tcp://localhost", forms},
		{"tcp:localhost:1", forms},
		{"::1:6379", forms},
		{"localhost:", `port "" is not a number from 1 to 65535`},
		{"localhost:0", `port "0" is not a number from 1 to 65535`},
		{"localhost:65536", `port "65536" is not a number from 1 to 65535`},
		{"localhost:-1", `port "-1" is not a number from 1 to 65535`},
		{"localhost:+1", `port "+1" is not a number from 1 to 65535`},
		{"localhost:http", `port "http" is not a number from 1 to 65535`},
		{"127.0.0.256:1", `host "127.0.0.256" is neither an IP address nor a name`},
		{"127.1:1", `host "127.1" is neither an IP address nor a name`},
		{"a b:1", `host "a b" is neither an IP address nor a name`},
		{"a..b:1", `host "a..b" is neither an IP address nor a name`},
		{"-a:1", `host "-a" is neither an IP address nor a name`},
		{"a-:1", `host "a-" is neither an IP address nor a name`},
		{"söck:1", `host "söck" is neither an IP address nor a name`},
		{"[::1%\x1b]:1", `host "::1%\x1b" is neither an IP address nor a name`},
		{strings.Repeat("x", 64) + ":1", `host "` + strings.Repeat("x", 64) + `" is neither an IP address nor a name`},
		{"http://localhost:1", `unknown scheme "http"; ` + forms},
		{"/run/a=b", joins + "behind it: " + forms},
		{"b=/run/a", joins + "before it: " + forms},
		{"=/run/a", joins + "before it: " + forms},
		{":1=:2", joins + "behind it: no host; " + forms},
		{":1=127.0.0.1:0", joins + `behind it: port "0" is not a number from 1 to 65535`},
		{":1=tcp-listen://:2", joins + "behind it stands what is dialled, not a listener"},
		{"tcp-listen://example:1", `listen at "example": expected an IP address or localhost`},
		{"tcp-listen://:65536", `port "65536" is not a number from 0 to 65535`},
		{"/a=unixpacket:///b", "unixpacket on both sides of the =, or on none: a stream has no message boundaries"},
		{"unixpacket-listen:///a=/b", "unixpacket on both sides of the =, or on none: a stream has no message boundaries"},
		{"unixpacket:///a", "SOCK_SEQPACKET is for taps: unixpacket-listen://PATH=unixpacket://PATH"},
		{"unix://run/app.sock", "a path after unix:// begins with / or @: write unix:///run/app.sock or unix:run/app.sock"},
		{"unix:", "no path; " + forms},
		{"unix://", "no path; " + forms},
		{"unix:/run/a%20b", `"%20": in a unix: address expected %3D, %23 or %25`},
		{"unix:/run/a%2", `"%2": in a unix: address expected %3D, %23 or %25`},
		{long, "a socket's path is at most " + strconv.Itoa(MaxPath) + " bytes long, this one is " + strconv.Itoa(MaxPath+1)},
	}
	if hasAbstract {
		tests = append(tests, struct{ arg, why string }{"@", "no name after @"})
	} else {
		tests = append(tests, struct{ arg, why string }{"@name", "the abstract namespace (@NAME) exists on Linux only"})
	}
	for _, test := range tests {
		a, err := ParseAddress(test.arg)
		var bad *AddressError
		if !errors.As(err, &bad) || a != (Address{}) {
			t.Errorf("%q: %+v, %v; want an *AddressError", test.arg, a, err)
			continue
		}
		if want := "address " + strconv.Quote(test.arg) + ": " + test.why; err.Error() != want {
			t.Errorf("%q:\n got %s\nwant %s", test.arg, err, want)
		}
	}
}

// FuzzParseAddress holds that nothing panics, and that what is taken is
// printed as something that means the same. A path may hold any byte but NUL,
// and so may its canonical form: views sanitise what they draw.
func FuzzParseAddress(f *testing.F) {
	for _, arg := range []string{
		"tcp://127.0.0.1:6379", "[::1%lo]:1#x", "localhost:1#a", "unix:///run/a%3Db#l", "@name", "./a%#l", "unix:a", "unix://@%25", "a=b", ":1=/a", "unix-listen:a#l", "unixpacket:a=unixpacket:///b", "tcp-listen://[::]:0", "//x", "unix:////x", ":0=.\x1b",
	} {
		f.Add(arg)
	}
	f.Fuzz(func(t *testing.T, arg string) {
		a, err := ParseAddress(arg)
		if err != nil {
			if a != (Address{}) || !strings.Contains(err.Error(), strconv.Quote(arg)) {
				t.Fatalf("%+v, %v", a, err)
			}
			return
		}
		again := a.String()
		if a.Label != "" {
			again += "#" + a.Label
		}
		b, err := ParseAddress(again)
		if err != nil || b != a || b.String() != a.String() {
			t.Fatalf("%q is %+v and printed as %q, which is %+v, %v", arg, a, again, b, err)
		}
		if a.Name() == "" {
			t.Fatalf("%q has no name", arg)
		}
		paths := a.Family == FamilyUDS || a.Target.Family == FamilyUDS
		if !paths && strings.ContainsFunc(a.String(), func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("%q is printed as %q", arg, a)
		}
		if a.Family == FamilyUDS && (len(a.Path) > MaxPath || strings.Contains(a.Path, "\x00")) {
			t.Fatalf("%q has the path %q", arg, a.Path)
		}
	})
}
