package cli

import (
	"os"

	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/repo"
)

// completeName is the hidden command the scripts call.
const completeName = "__complete"

// settingCandidates are the keys of the config file.
func settingCandidates() []candidate {
	var list []candidate
	for _, k := range config.Keys() {
		list = append(list, candidate{k.Name, k.Help})
	}
	return list
}

// cachedRepos are the repositories in the cache, by their folders; none when it
// cannot be read.
func (s *session) cachedRepos() []candidate {
	c, _, err := config.Load(config.Options{Lookup: s.app.Lookup, Home: s.app.Home})
	if err != nil {
		return nil
	}
	folders, _ := os.ReadDir(c.HubDir()) // what there is
	var list []candidate
	for _, f := range folders {
		if ref, err := repo.ParseFolder(f.Name()); err == nil {
			list = append(list, candidate{ref.String(), ""})
		}
	}
	return list
}

// The scripts; %s is completeName. Bash splits words at = and :, so its script
// puts the pieces together again and takes the part before the last piece off.
const bashScript = `# bash completion of hfdownloader, from bash 3.2 on
_hfdownloader() {
    local line words cur cut
    line=${COMP_LINE:0:COMP_POINT}
    read -ra words <<<"$line"
    if [[ $line == *[[:space:]] ]]; then words+=(""); fi
    cur=${words[${#words[@]}-1]}
    cut=${cur%%"${COMP_WORDS[COMP_CWORD]}"}
    [[ ${COMP_WORDS[COMP_CWORD]} == [=:] ]] && cut=$cur
    COMPREPLY=()
    local candidate IFS=$'\n'
    while IFS=$'\t' read -r candidate _; do
        case $candidate in
        @file) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "${cur#*=}")) ;;
        @dir) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -d -- "${cur#*=}")) ;;
        *) COMPREPLY+=("${candidate#"$cut"}") ;;
        esac
    done < <("${words[0]}" %[1]s -- "${words[@]:1}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _hfdownloader hfdownloader
`

const zshScript = `#compdef hfdownloader
# zsh completion of hfdownloader
_hfdownloader() {
    local -a found
    local candidate means
    while IFS=$'\t' read -r candidate means; do
        case $candidate in
        @file) _files ;;
        @dir) _files -/ ;;
        *) found+=("${candidate//:/\\:}${means:+:$means}") ;;
        esac
    done < <("${words[1]}" %[1]s -- "${(@)words[2,CURRENT]}" 2>/dev/null)
    (( ${#found} )) && _describe hfdownloader found
}
if [[ $funcstack[1] == _hfdownloader ]]; then
    _hfdownloader "$@"
else
    compdef _hfdownloader hfdownloader
fi
`

const fishScript = `# fish completion of hfdownloader
function __hfdownloader_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] %[1]s -- $words[2..-1] 2>/dev/null)
        switch $line
            case @file
                __fish_complete_path (commandline -ct)
            case @dir
                __fish_complete_directories (commandline -ct)
            case '*'
                echo $line
        end
    end
end
complete -c hfdownloader -f -a '(__hfdownloader_complete)'
`

const powershellScript = `# PowerShell completion of hfdownloader
Register-ArgumentCompleter -Native -CommandName hfdownloader -ScriptBlock {
    param($word, $tree, $position)
    $words = @($tree.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -le $position } | ForEach-Object { $_.ToString() })
    if (-not $word) { $words += '""' }
    & $tree.CommandElements[0].ToString() %[1]s -- @words 2>$null | ForEach-Object {
        $candidate, $means = $_ -split [char]9, 2
        if ($candidate -eq '@file' -or $candidate -eq '@dir') { return }
        if (-not $means) { $means = $candidate }
        [System.Management.Automation.CompletionResult]::new($candidate, $candidate, 'ParameterValue', $means)
    }
}
`
