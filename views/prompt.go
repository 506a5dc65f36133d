package views

// The parts of the prompt line that are not text.
const (
	promptSign = " › "
	promptGap  = 2 // between the input and the hint
)

// foot draws the last line: the question, else the prompt, the notice or the keys.
func (p *pen) foot(f *Frame) {
	p.begin()
	p.limit--
	switch {
	case f.Question != "":
		p.question(f.Question)
	case f.Prompt != nil:
		p.prompt(f.Prompt)
	case f.Notice.Text != "":
		p.notice(&f.Notice)
	default:
		p.keys(f.Keys)
	}
	p.end()
}

// keys writes bindings from the first on; what does not fit is left out.
func (p *pen) keys(keys []Key) {
	for i, k := range keys {
		name, does := tidy(k.Keys), tidy(k.Does)
		before := 2
		if i == 0 {
			before = 1
		}
		if p.col+before+cells(name)+1+cells(does) > p.limit {
			return
		}
		p.gap(before)
		p.text(accent, name)
		p.gap(1)
		p.text(dim, does)
	}
}

// notice writes one line of news.
func (p *pen) notice(n *Notice) {
	p.gap(1)
	st := accent
	if n.Bad {
		st = bad
		p.text(bad, "✖ ")
	}
	p.text(st, cutWords(tidy(n.Text), p.limit-p.col))
}

// answers are what a question may be answered with.
var answers = []Key{{"y", "yes"}, {"n", "no"}}

// question writes a question, which gives way to its answers.
func (p *pen) question(q string) {
	const room = len("  y yes  n no")
	p.gap(1)
	p.text(warmStrong, cutWords(tidy(q), p.limit-p.col-room))
	for _, k := range answers {
		p.gap(2)
		p.text(accent, k.Keys)
		p.gap(1)
		p.text(dim, k.Does)
	}
}

// prompt writes the input line. The hint stands at the right end, where it
// does not move with the typing, and hides when the input comes near it; an
// error stays.
func (p *pen) prompt(pr *Prompt) {
	room := PromptRoom(pr, p.width)
	end := p.limit
	p.gap(1)
	p.textWidth(accentStrong, tidy(pr.Title), promptTitleWidth(pr, p.width))
	p.text(dim, promptSign)
	if errorAlone(pr, p.width) {
		p.text(bad, cutWords(tidy(pr.Error), p.limit-p.col))
		return
	}
	p.limit = min(end, p.col+room)
	p.styled(pr.Input)
	free := end - p.col - promptGap
	p.limit = end
	st, words := dim, tidy(pr.Hint)
	if pr.Error != "" {
		st, words = bad, cutWords(tidy(pr.Error), free)
	}
	if n := cells(words); n <= free {
		p.to(end - n)
		p.text(st, words)
	}
}

// errorAlone reports whether an error takes the place of the input, for want of
// room. The next key brings the input back.
func errorAlone(pr *Prompt, w int) bool { return pr.Error != "" && w < 60 }

// promptTitleWidth is how many cells the title takes: at most a third.
func promptTitleWidth(pr *Prompt, w int) int { return min(cells(tidy(pr.Title)), w/3) }

// PromptRoom is how many cells a prompt's input has on a screen of w cells,
// its cursor included.
func PromptRoom(pr *Prompt, w int) int {
	room := w - 1 - 1 - promptTitleWidth(pr, w) - cells(promptSign)
	if pr.Error != "" {
		room -= min(cells(tidy(pr.Error)), room/2) + promptGap
	}
	return max(room, 0)
}
