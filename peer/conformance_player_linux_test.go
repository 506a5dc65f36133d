package peer

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// player plays one trace on the classes, on sockets by themselves or with a
// reader. It belongs to one goroutine, but for the step that a "later" runs.
type player struct {
	sys   *unwilling // under the classes; nil: the kernel of this machine
	mode  mode
	names *placeholders
	clock *fakeClock

	objects  map[string]*object // of the class, by the names that the trace gives them
	recent   *object            // the last one used
	raws     []*raw             // every raw socket, to be closed
	ends     map[string]*raw    // by name
	listener *raw               // the last raw one

	limit       unix.Rlimit              // of descriptors, before it was lowered
	timeouts    map[string]time.Duration // the class's project settings
	sentInTotal int64

	ctx    context.Context // of the blocking calls
	cancel context.CancelFunc
	armed  *laterStep     // begins with the next step
	ending []func() error // run at the end, last first
}

// replay plays a trace and returns how it differs from what is expected of it.
func replay(t *trace, m mode, expect expectation) error { return replayOn(nil, t, m, expect) }

// expectation says what a step is to give.
type expectation func(step int, s fields) (expected, error)

// expected is what the file has but for the choices.
type expected struct {
	want  fields
	also  fields // what it may give as well, nil for nothing
	parts bool   // the trace ends here: see parting
}

// replayOn is replay on a stand-in for the kernel, if it is not nil.
func replayOn(sys *unwilling, t *trace, m mode, expect expectation) (err error) {
	dir, err := os.MkdirTemp("", "peerscope") // short: a path may have 107 bytes
	if err != nil {
		return err
	}
	p := &player{
		sys: sys, mode: m, clock: &fakeClock{}, names: &placeholders{dir: dir, ports: make(map[string]int), made: make(map[string]bool)},
		objects: make(map[string]*object), ends: make(map[string]*raw), timeouts: make(map[string]time.Duration),
	}
	p.ctx, p.cancel = context.WithTimeout(context.Background(), 2*resendPatience)
	defer func() { err = errors.Join(err, p.end()) }()
	for i, s := range t.Steps {
		x, err := expect(i+1, s)
		if err == nil {
			err = p.step(x.want, x.also)
		}
		if err != nil {
			return fmt.Errorf("step %d, %s: %w", i+1, s.text("do"), err)
		}
		if x.parts {
			return nil
		}
	}
	if p.armed != nil {
		return errors.New("a later step has no step to begin with")
	}
	return nil
}

// end closes everything that the trace opened.
func (p *player) end() error {
	var errs []error
	for _, o := range p.objects {
		o.close()
	}
	for _, r := range p.raws {
		errs = append(errs, r.close())
	}
	p.cancel()
	for i := len(p.ending) - 1; i >= 0; i-- {
		errs = append(errs, p.ending[i]())
	}
	return errors.Join(append(errs, os.RemoveAll(p.names.dir))...)
}

// step plays one step and compares everything that is told of it.
func (p *player) step(s, also fields) error {
	later := p.armed
	p.armed = nil
	if later != nil {
		later.begin()
	}
	got, err := p.do(s)
	if later != nil {
		err = errors.Join(err, later.wait())
	}
	if err != nil {
		return err
	}
	err = p.compare(s, got)
	if err != nil && also != nil && p.compare(also, got) == nil {
		return nil
	}
	return err
}

// do plays a step and returns what it gave, by the names of the file.
func (p *player) do(s fields) (fields, error) {
	if err := checkInstructions(s); err != nil {
		return nil, err
	}
	do := s.text("do")
	switch do {
	case "wait":
		return nil, p.wait(s)
	case "note":
		return nil, nil
	case "later":
		return nil, p.arm(s.object("args"))
	}
	name, method, _ := strings.Cut(do, ".")
	switch {
	case name == "os":
		return nil, p.osStep(method, s.object("args"))
	case name == "kernel":
		return p.kernelStep(method, s)
	case name == "settings" && method == "set":
		return nil, p.setting(s.object("args"))
	case strings.HasPrefix(name, "raw"), strings.HasPrefix(name, "holder"):
		return p.rawStep(name, method, s)
	case method == "new":
		return p.newObject(name, s.text("class"))
	}
	o, ok := p.objects[name]
	if !ok {
		return nil, fmt.Errorf("%w: there is no %s", errUnknownStep, name)
	}
	p.recent = o
	got, err := o.call(p, method, s)
	if err != nil {
		return nil, err
	}
	return got, nil
}

// setting is a project setting of the class, which every connect reads anew.
func (p *player) setting(args fields) error {
	name := args.text("name")
	class, ok := map[string]string{
		"network/limits/tcp/connect_timeout_seconds":  "StreamPeerTCP",
		"network/limits/unix/connect_timeout_seconds": "StreamPeerUDS",
	}[name]
	if !ok {
		return fmt.Errorf("unknown setting %q", name)
	}
	seconds, err := args.number("value")
	if err != nil {
		return err
	}
	p.timeouts[class] = time.Duration(seconds) * time.Second
	for _, o := range p.objects {
		if o != nil && o.class == class {
			o.sock.SetConnectTimeout(p.timeouts[class])
		}
	}
	return nil
}

// kernelStep asks the kernel and not the class.
func (p *player) kernelStep(method string, s fields) (fields, error) {
	switch method {
	case "stat", "lstat":
		path, err := p.names.pathText(s.text("path"))
		exists := fileExists
		if method == "lstat" {
			exists = entryExists
		}
		return fields{"path": path, "exists": exists(path)}, err
	case "read":
		if p.recent == nil {
			return nil, errors.New("there is no socket to ask")
		}
		return p.recent.kernelOptions()
	}
	return nil, errUnknownStep
}

func hexBytes(s string) ([]byte, error) {
	b, err := hex.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("data %q: %w", s, err)
	}
	return b, nil
}
