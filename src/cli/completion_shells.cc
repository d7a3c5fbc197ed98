// The parts of the scripts that do not depend on the commands. All three do the same: they walk the
// words before the cursor, so that they know the command, what an option still waits for and how
// many arguments there are, and look into tables that are made from the commands.
#include "cli/completion_shells.h"

namespace stellwerk::cli {
namespace {

constexpr std::string_view kBash =
    R"sh(# stellwerk(1) for bash, made by "stellwerk completion bash". Use it now:
#   source <(stellwerk completion bash)
# or for every shell:
#   stellwerk completion bash > ~/.local/share/bash-completion/completions/stellwerk

# Sets commands, options and arguments of the command $1.
_stellwerk_table() {
  commands='' options='' arguments=''
  case $1 in
@TABLE@  esac
}

@OPTION@
_stellwerk_offer() {
  local kind=$1 current=$2 program=$3
  shift 3
  case $kind in
    files | yaml | folders) compopt -o filenames 2>/dev/null ;;
  esac
  case $kind in
    files) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    yaml) mapfile -t COMPREPLY < <(
      compgen -f -X '!*.yaml' -- "$current"
      compgen -f -X '!*.yml' -- "$current"
      compgen -d -- "$current"
    ) ;;
    folders) mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    steps) kind=${first:+steps:$first} ;;
  esac
  case $kind in
    releases | codes | steps:*) mapfile -t COMPREPLY < <(
      compgen -W "$("$program" completion "$kind" "$@" 2>/dev/null)" -- "$current"
    ) ;;
    words:*)
      kind=${kind#words:}
      mapfile -t COMPREPLY < <(compgen -W "${kind//,/ }" -- "$current")
      ;;
  esac
}

_stellwerk() {
  local program=${1/#\~/$HOME} current=${COMP_WORDS[COMP_CWORD]}
  local path='' waiting='' given=0 first='' only_files='' word kind='' i commands options arguments
  local -a where=() kinds=()
  COMPREPLY=()
  _stellwerk_table ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    # bash splits --data=FOLDER into three words.
    [[ $word != = ]] || continue
    if [[ -n $waiting ]]; then
      [[ $waiting != --environment && $waiting != --data ]] || where+=("$waiting" "$word")
      waiting=''
    elif [[ $word == -- ]]; then
      only_files=yes
    elif [[ $word == -* ]]; then
      if _stellwerk_option "$path" "$word"; then waiting=$word; fi
    elif [[ " $commands " == *" $word "* ]]; then
      path="${path:+$path }$word"
      _stellwerk_table "$path"
    else
      given=$((given + 1))
      [[ -n $first ]] || first=$word
    fi
  done
  [[ $current != = ]] || current=''
  kind=''
  if [[ -n $waiting ]]; then
    _stellwerk_option "$path" "$waiting"
  elif [[ -n $only_files ]]; then
    kind=files
  elif [[ $current == -* ]]; then
    kind="words:${options// /,}"
  elif [[ -n $commands ]]; then
    kind="words:${commands// /,}"
  else
    read -r -a kinds <<<"$arguments"
    kind=${kinds[given]:-}
    if [[ -z $kind && ${#kinds[@]} -gt 0 && ${kinds[-1]} == *... ]]; then kind=${kinds[-1]}; fi
    kind=${kind%...}
  fi
  _stellwerk_offer "$kind" "$current" "$program" "${where[@]}"
}

complete -F _stellwerk stellwerk
)sh";

constexpr std::string_view kOption =
    R"sh(# Sets kind to what the option $2 of the command $1 takes; fails when it takes nothing.
_stellwerk_option() {
  kind=''
  case "$1 $2" in
@OPTIONS@  esac
  [[ -n $kind ]]
}
)sh";

constexpr std::string_view kZsh = R"sh(#compdef stellwerk
# stellwerk(1) for zsh, made by "stellwerk completion zsh". For every shell, in a folder of $fpath:
#   stellwerk completion zsh > ~/.zsh/completions/_stellwerk

# Sets commands, options (each with what it does) and arguments of the command $1.
_stellwerk_table() {
  commands=() options=() arguments=()
  case $1 in
@TABLE@  esac
}

@OPTION@
_stellwerk_offer() {
  local kind=$1 program=$2
  shift 2
  local -a found
  [[ $kind != steps ]] || kind=${first:+steps:$first}
  case $kind in
    files) _files ;;
    yaml) _files -g '*.(yaml|yml)' ;;
    folders) _files -/ ;;
    releases | codes | steps:*)
      found=(${(f)"$($program completion $kind "$@" 2>/dev/null)"})
      compadd -a found
      ;;
    words:*)
      found=(${(s:,:)kind#words:})
      compadd -a found
      ;;
  esac
}

_stellwerk() {
  local at='' waiting='' first='' only_files='' word='' kind=''
  integer given=1 i
  local -a commands options arguments where
  _stellwerk_table ''
  for ((i = 2; i < CURRENT; i++)); do
    word=${words[i]}
    if [[ -n $waiting ]]; then
      [[ $waiting == --environment || $waiting == --data ]] && where+=($waiting $word)
      waiting=''
    elif [[ $word == -- ]]; then
      only_files=yes
    elif [[ $word == (--environment|--data)=* ]]; then
      where+=($word)
    elif [[ $word == -* ]]; then
      if [[ $word != *=* ]] && _stellwerk_option "$at" $word; then waiting=$word; fi
    elif (( ${commands[(I)$word:*]} )); then
      at="${at:+$at }$word"
      _stellwerk_table $at
    else
      (( ++given ))
      [[ -n $first ]] || first=$word
    fi
  done
  if [[ -z $waiting && ${words[CURRENT]} == --*=* ]]; then
    waiting=${words[CURRENT]%%=*}
    compset -P '*='
  fi
  kind=''
  if [[ -n $waiting ]]; then
    _stellwerk_option "$at" $waiting
  elif [[ -n $only_files ]]; then
    kind=files
  elif [[ ${words[CURRENT]} == -* ]]; then
    _describe -o option options
    return
  elif (( ${#commands} )); then
    _describe -t commands command commands
    return
  else
    kind=${arguments[given]:-}
    if [[ -z $kind && ${arguments[-1]:-} == *... ]]; then kind=${arguments[-1]}; fi
    kind=${kind%...}
  fi
  _stellwerk_offer "$kind" ${words[1]} $where
}

if [[ ${funcstack[1]:-} == _stellwerk ]]; then
  _stellwerk "$@"
else
  compdef _stellwerk stellwerk
fi
)sh";

constexpr std::string_view kFish =
    R"sh(# stellwerk(1) for fish, made by "stellwerk completion fish". For every shell:
#   stellwerk completion fish > ~/.config/fish/completions/stellwerk.fish

# The commands in the command $argv[1], each with what it does.
function __stellwerk_commands
    switch "$argv[1]"
@COMMANDS@    end
end

# The options of the command $argv[1], each with what it does.
function __stellwerk_options
    switch "$argv[1]"
@OPTIONS@    end
end

# What the arguments of the command $argv[1] are.
function __stellwerk_arguments
    switch "$argv[1]"
@ARGUMENTS@    end
end

# What the option $argv[2] of the command $argv[1] takes; nothing when it takes nothing.
function __stellwerk_option
    switch "$argv[1] $argv[2]"
@VALUES@    end
end

# Steps are those of the release $argv[1].
function __stellwerk_of
    if test "$argv[2]" != steps
        echo -- $argv[2]
    else if test -n "$argv[1]"
        echo -- steps:$argv[1]
    end
end

function __stellwerk_offer
    set -l kind $argv[1]
    set -l token $argv[2]
    switch "$kind"
        case files
            __fish_complete_path $token
        case yaml
            __fish_complete_suffix .yaml
            __fish_complete_suffix .yml
        case folders
            __fish_complete_directories $token ''
        case releases codes 'steps:*'
            $argv[3] completion $kind $argv[4..-1] 2>/dev/null
        case 'words:*'
            string split , -- (string replace 'words:' '' -- $kind)
    end
end

function __stellwerk_complete
    set -l tokens (commandline -opc)
    set -l token (commandline -ct)
    set -l program $tokens[1]
    set -l at ''
    set -l waiting ''
    set -l only_files ''
    set -l given 1
    set -l first ''
    set -l where
    for word in $tokens[2..-1]
        if test -n "$waiting"
            contains -- $waiting --environment --data; and set -a where $waiting $word
            set waiting ''
        else if test "$word" = --
            set only_files yes
        else if string match -qr -- '^--(environment|data)=' $word
            set -a where $word
        else if string match -q -- '-*' $word
            if not string match -q -- '*=*' $word; and test -n "$(__stellwerk_option "$at" $word)"
                set waiting $word
            end
        else if contains -- $word (__stellwerk_commands "$at" | string replace -r '\t.*' '')
            set at (string trim -- "$at $word")
        else
            set given (math $given + 1)
            test -n "$first"; or set first $word
        end
    end
    set -l before ''
    if test -z "$waiting"; and string match -q -- '--*=*' $token
        set waiting (string replace -r '=.*' '' -- $token)
        set before "$waiting="
        set token (string replace -r '^[^=]*=' '' -- $token)
    end
    if test -n "$waiting"
        set -l kind (__stellwerk_of "$first" (__stellwerk_option "$at" $waiting))
        for each in (__stellwerk_offer "$kind" "$token" $program $where)
            echo -- "$before$each"
        end
    else if test -n "$only_files"
        __fish_complete_path $token
    else if string match -q -- '-*' $token
        __stellwerk_options "$at"
    else if test -n "$(__stellwerk_commands "$at")"
        __stellwerk_commands "$at"
    else
        set -l kinds (__stellwerk_arguments "$at")
        set -l kind $kinds[$given]
        if test -z "$kind"; and string match -q -- '*...' "$kinds[-1]"
            set kind $kinds[-1]
        end
        set kind (__stellwerk_of "$first" (string replace ... '' -- "$kind"))
        __stellwerk_offer "$kind" "$token" $program $where
    end
end

complete -c stellwerk -f -a '(__stellwerk_complete)'
)sh";

}  // namespace

std::string_view bash_skeleton() { return kBash; }
std::string_view zsh_skeleton() { return kZsh; }
std::string_view option_skeleton() { return kOption; }
std::string_view fish_skeleton() { return kFish; }

}  // namespace stellwerk::cli
