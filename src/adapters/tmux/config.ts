/**
 * tmux's configuration for Berth's sessions, instead of the user's own: the same on every machine, made for a person
 * who attaches now and then.
 */
export function tmuxConfig(terminal: string): string {
  return `# Written by Berth; changes are lost.\nset -g default-terminal ${terminal}\n${options}\n${keys}`
}

const options = `
set -g default-shell /bin/sh
set -g history-limit 20000
set -g mouse on
set -g window-size latest
set -g update-environment ''
set -g allow-rename off
set -g automatic-rename off
set -g remain-on-exit off
set -g detach-on-destroy on
set -g destroy-unattached off
set -s exit-empty on
set -s exit-unattached off
set -s escape-time 10
set -s focus-events on
set -s set-clipboard on
set -s extended-keys on
set -as terminal-features ',*:RGB'
set -gq allow-passthrough on

set -g status on
set -g status-interval 0
set -g status-style 'bg=colour236,fg=colour252'
set -g status-left ' #{@title} '
set -g status-left-length 80
set -g status-right ' leave it running: Ctrl-b d '
set -g status-right-length 40
set -g window-status-format ''
set -g window-status-current-format ''
set -g window-status-separator ''
`

/** Keys that could end, split or rename a session by accident are gone. */
const keys = `
unbind -a -T prefix
bind C-b send-prefix
bind d detach-client
bind [ copy-mode
bind ] paste-buffer -p
bind PPage copy-mode -u
bind r refresh-client
bind ? list-keys -N -T prefix
unbind -n MouseDown3Pane
unbind -n M-MouseDown3Pane
unbind -n MouseDown3Status
unbind -n MouseDown3StatusLeft
`
