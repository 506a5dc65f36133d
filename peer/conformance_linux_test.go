package peer

import (
	"flag"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// modes are how each trace is played: on sockets by themselves, and on sockets
// whose reader a Set would have started.
var modes = []mode{byItself, withReader, readerFirst}

// TestConformance plays what the class itself did (see standardTraces), each
// trace in each mode, and compares all that the file tells, but for the choices.
func TestConformance(t *testing.T) {
	if child := conformanceChild(); child != "" {
		playInChild(t, child)
		return
	}
	file, err := loadTraces()
	if err != nil {
		t.Fatal(err)
	}
	standard, err := readTraces(standardTraces)
	if err != nil {
		t.Fatal(err)
	}
	e := newExpectations(standard)
	played := playAll(file, e)
	t.Run("trace", func(t *testing.T) {
		for _, tr := range file.Traces {
			t.Run(tr.Name, func(t *testing.T) { report(t, tr, played[tr.Name]()) })
		}
	})
	t.Run("vectors", func(t *testing.T) { compareVectors(t, file) })
	t.Log(e.summary(file))
	if file.standard && !t.Failed() && !filtered() {
		for _, unused := range e.unused() {
			t.Error(unused)
		}
	}
}

// filtered reports whether only some of the subtests were asked for.
func filtered() bool { return strings.Contains(flag.Lookup("test.run").Value.String(), "/") }

// playAll returns what plays each trace, once. Unless only some were asked for
// it begins with all of them, several at a time: most wait for the kernel most
// of the time.
func playAll(file *traceFile, e *expectations) map[string]func() outcomes {
	played := make(map[string]func() outcomes)
	var inChild, here []func() outcomes
	for _, tr := range file.Traces {
		play := sync.OnceValue(func() outcomes { return playTrace(file, tr, e) })
		played[tr.Name] = play
		if len(tr.Needs) > 0 {
			inChild = append(inChild, play)
		} else {
			here = append(here, play)
		}
	}
	if !filtered() {
		// A child that is being started has our descriptors for a moment, and what we
		// close meanwhile is not closed for the far end: nothing else is played then.
		playSome(inChild)
		playSome(here)
	}
	return played
}

func playSome(plays []func() outcomes) {
	queue := make(chan func() outcomes, len(plays))
	for _, play := range plays {
		queue <- play
	}
	close(queue)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for play := range queue {
				play()
			}
		})
	}
	all.Wait()
}

// playTrace plays a trace in all modes: at the same time, or in one child.
func playTrace(file *traceFile, tr *trace, e *expectations) outcomes {
	if len(tr.Needs) > 0 {
		return playWithNeeds(file, tr, e)
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	o := make(outcomes)
	for _, m := range modes {
		all.Go(func() {
			err := replay(tr, m, e.of(tr, m))
			mu.Lock()
			defer mu.Unlock()
			o[m] = outcome{err: err}
		})
	}
	all.Wait()
	return o
}

func report(t *testing.T, tr *trace, o outcomes) {
	for _, m := range modes {
		t.Run(string(m), func(t *testing.T) {
			if o[m].log != "" {
				t.Log(o[m].log)
			}
			if o[m].err != nil {
				t.Errorf("%s\n%v", tr.Given, o[m].err)
			}
		})
	}
}

type outcomes map[mode]outcome

// outcome is what came of a trace in one mode.
type outcome struct {
	log string
	err error // nil if all was as expected
}

// expectations are the steps of a file as ours is to play them: as the class
// did, but for the choices.
type expectations struct {
	standard []*trace

	mu   sync.Mutex
	runs map[string]map[mode][]string // the choices that each trace needed
	uses []use
}

// use is a choice that a step needed: key is useKey's of a row of the table, "-"
// for a rule, and for a parting behind and how many steps were not judged.
type use struct{ number, key string }

const behind = "behind:"

func newExpectations(standard *traceFile) *expectations {
	return &expectations{standard: standard.Traces, runs: make(map[string]map[mode][]string)}
}

// of returns what to expect of the steps of one trace: as the table has it for a
// trace of the standard file, whatever its name is here, else by the rules.
func (e *expectations) of(tr *trace, m mode) expectation {
	e.begin(tr, m)
	known := e.known(tr)
	return func(step int, s fields) (expected, error) {
		if known == "" {
			return e.byRule(tr, m, step, s), nil
		}
		x := expected{want: s}
		for i := range choices {
			c := &choices[i]
			if c.trace != known || !slices.Contains(c.steps, step) || c.modes != nil && !slices.Contains(c.modes, m) {
				continue
			}
			if names := c.overlooked(s); names != nil {
				return x, fmt.Errorf("the choice %s is none here: the class gives the same %v", c.number, names)
			}
			e.use(tr.Name, m, c.number, useKey(i, step, m))
			x.also = early(c.number, m, s, x.also)
			x.want = c.apply(x.want)
		}
		return x, nil
	}
}

// known returns the name that the table has for a trace, "" for none.
func (e *expectations) known(tr *trace) string {
	for _, standard := range e.standard {
		if tr == standard || tr.Family == standard.Family && reflect.DeepEqual(tr.Steps, standard.Steps) {
			return standard.Name
		}
	}
	return ""
}

func (e *expectations) byRule(tr *trace, m mode, step int, s fields) (x expected) {
	if number, ours := (rulesStep{tr, m, step - 1, s}).parting(); number != "" {
		e.use(tr.Name, m, number, fmt.Sprint(behind, len(tr.Steps)-step))
		return expected{want: (&choice{ours: ours}).apply(s), parts: true}
	}
	numbers, ours := general(tr, m, step, s)
	x.want = ours
	for _, number := range numbers {
		e.use(tr.Name, m, number, "-")
		x.also = early(number, m, s, x.also)
	}
	return x
}

// early is what the class gives, where a reader that nobody has waited for may
// not have come to the bytes yet: then the kernel resets by itself (R1).
func early(number string, m mode, s, also fields) fields {
	if number == "R1" && m == withReader {
		return s
	}
	return also
}

// useKey names a row of the table and what needed it.
func useKey(row, step int, m mode) string {
	return fmt.Sprintf("%d|%d|%d", row, step, slices.Index(modes, m))
}

func (e *expectations) begin(tr *trace, m mode) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.runs[tr.Name] == nil {
		e.runs[tr.Name] = make(map[mode][]string)
	}
	e.runs[tr.Name][m] = []string{}
}

func (e *expectations) use(trace string, m mode, number, key string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.uses = append(e.uses, use{number, key})
	if !slices.Contains(e.runs[trace][m], number) {
		e.runs[trace][m] = append(e.runs[trace][m], number)
	}
}

// unused are the rows of the table that no step needed.
func (e *expectations) unused() (lines []string) {
	for row, c := range choices {
		in := c.modes
		if in == nil {
			in = modes
		}
		for _, step := range c.steps {
			for _, m := range in {
				if !slices.Contains(e.uses, use{c.number, useKey(row, step, m)}) {
					lines = append(lines, fmt.Sprintf("the choice %s for step %d of %s, %s, was not needed", c.number, step, c.trace, m))
				}
			}
		}
	}
	return lines
}

// summary counts how many traces behave as the class, and lists the others.
func (e *expectations) summary(file *traceFile) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var lines []string
	played, differ := 0, 0
	by := make(map[string]int)
	for _, tr := range file.Traces {
		var in []string
		for _, m := range modes {
			numbers, ran := e.runs[tr.Name][m]
			if ran {
				played++
			}
			if len(numbers) > 0 {
				differ++
				slices.Sort(numbers)
				by[strings.Join(numbers, "+")]++
				in = append(in, fmt.Sprintf("%s %s", strings.Join(numbers, "+"), m))
			}
		}
		if in != nil {
			lines = append(lines, "\n  "+tr.Name+": "+strings.Join(in, "; "))
		}
	}
	return fmt.Sprintf("%s: %d traces x modes were played: %d behave as the class, %d differ by choice, %v; steps that were not judged, by the choice that they lie behind: %v:%s",
		file.path, played, played-differ, differ, by, e.notJudged(), strings.Join(lines, ""))
}

// notJudged counts the steps behind the partings.
func (e *expectations) notJudged() map[string]int {
	steps := make(map[string]int)
	for _, use := range e.uses {
		if count, parted := strings.CutPrefix(use.key, behind); parted {
			n, _ := strconv.Atoi(count)
			steps[use.number] += n
		}
	}
	return steps
}
