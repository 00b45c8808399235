/** What each shell is taught: to ask `berth __complete`. Nothing else stands in a script, so that it never grows old. */
export const completionScripts: Readonly<Record<string, string>> = {
  bash: `# completion of berth for bash
_berth() {
  local value files=
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    case $value in
      :file) files=-f ;;
      :directory) files=-d ;;
      *) COMPREPLY+=("$value") ;;
    esac
  done < <(berth __complete bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen $files -- "\${COMP_WORDS[COMP_CWORD]}")
  fi
}
complete -o nosort -F _berth berth 2>/dev/null || complete -F _berth berth
`,
  zsh: `#compdef berth
# completion of berth for zsh
_berth() {
  local line paths=
  local -a values
  for line in "\${(@f)$(berth __complete zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      :file) paths=_files ;;
      :directory) paths='_files -/' ;;
      ?*) values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done
  (( \${#values} )) && _describe -V berth values
  [[ -n $paths ]] && eval $paths
}
if [ "\${funcstack[1]}" = _berth ]; then _berth "$@"; else compdef _berth berth; fi
`,
  fish: `# completion of berth for fish
function __berth_complete
  set -l current (commandline -ct)
  for line in (berth __complete fish (commandline -opc)[2..-1] "$current" 2>/dev/null)
    switch $line
      case :file
        __fish_complete_path "$current"
      case :directory
        __fish_complete_directories "$current"
      case '*'
        echo $line
    end
  end
end
complete -c berth -f -a '(__berth_complete)'
`,
}
