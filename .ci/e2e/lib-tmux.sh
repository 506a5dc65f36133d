# shellcheck shell=bash
# Programs in a real terminal: tmux draws it, and can be asked what is on the screen. Sourced after lib.sh.
: "${work:?lib.sh comes first}"

cat >"$work/tmux.conf" <<'CONF'
set -g status off
set -g escape-time 0
set -g default-terminal tmux-256color
CONF

# Without CI and NO_COLOR, which programs take for "no terminal here".
in_tmux() { env -u CI -u NO_COLOR -u TMUX tmux -u -S "$work/tmux" -f "$work/tmux.conf" "$@"; }

# terminal NAME COLUMNS ROWS COMMAND...: runs the command in a terminal of its own, which outlives it and is from now on
# the one that keys, screen and the rest speak of.
terminal() {
	pane=$1
	cat >"$work/$pane.sh" <<-SCRIPT
		cd '$work'
		echo the screen before
		stty -g >'$pane.before'
		(echo \$BASHPID >'$pane.pid'; exec $(printf '%q ' "${@:4}"))
		code=\$?
		stty -g >'$pane.after'
		echo \$code >'$pane.code'
		exec cat
	SCRIPT
	in_tmux new-session -d -s "$pane" -x "$2" -y "$3" "exec bash '$work/$pane.sh'"
	eventually 5 "$pane starts" test -s "$work/$pane.pid"
}

# keys KEY...: presses keys by tmux's names; `keys -l TEXT` types the text as it is.
keys() { in_tmux send-keys -t "$pane" "$@"; }

screen() { in_tmux capture-pane -p -t "$pane"; }
shown() { grep -qE -- "$1" <<<"$(screen)"; }
hidden() { ! shown "$1"; }

# appears WHAT PATTERN: waits for a line on the screen; vanishes WHAT PATTERN: until there is none.
appears() {
	eventually 10 "$1: on the screen: $2" shown "$2"
	printf '  %s\n' "$1"
}
vanishes() {
	eventually 10 "$1: off the screen: $2" hidden "$2"
	printf '  %s\n' "$1"
}

# ends_with CODE WHAT: waits until the program has ended, so.
ends_with() {
	eventually 5 "$2: the program ends" test -s "$work/$pane.code"
	holds "$2: exit code $1" test "$(cat "$work/$pane.code")" = "$1"
}

# restored: whether the terminal is as it was: its modes, the first screen, a cursor, no mouse.
restored() {
	cmp "$work/$pane.before" "$work/$pane.after" && shown '^the screen before$' &&
		[[ $(in_tmux display-message -p -t "$pane" '#{alternate_on} #{cursor_flag} #{mouse_any_flag}') == '0 1 0' ]]
}

# send_signal NAME: to the program in the terminal.
send_signal() { kill -s "$1" "$(cat "$work/$pane.pid")"; }
