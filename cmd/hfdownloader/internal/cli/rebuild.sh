#!/bin/sh
# Makes the readable view of a cache: models/OWNER/NAME/… and datasets/OWNER/NAME/…
# as links into hub/. Written by "hfdownloader rebuild --write-script"; needs a
# POSIX shell and find, nothing else. What is no link stays as it is.
set -eu
cd "$(dirname "$0")"
for folder in hub/models--* hub/datasets--*; do
	[ -d "$folder/snapshots" ] || continue
	name=${folder#hub/}
	case $name in
	models--*) kind=models name=${name#models--} ;;
	datasets--*) kind=datasets name=${name#datasets--} ;;
	esac
	case $name in
	*--*--*) continue ;; # no id has three parts
	*--*) view=$kind/${name%%--*}/${name#*--} up=../../.. ;;
	*) view=$kind/$name up=../.. ;;
	esac
	commit=
	for ref in main master; do
		if [ -z "$commit" ] && [ -f "$folder/refs/$ref" ]; then commit=$(cat "$folder/refs/$ref"); fi
	done
	if [ -z "$commit" ]; then
		set -- "$folder"/snapshots/*
		[ $# -eq 1 ] || continue
		commit=${1##*/}
	fi
	case $commit in
	*[!0-9a-f]* | '') continue ;;
	esac
	[ -d "$folder/snapshots/$commit" ] || continue
	export view up folder commit
	(cd "$folder/snapshots/$commit" && find . \( -type l -o -type f \) -print0) | xargs -0 sh -c '
		for file do
			file=${file#./}
			link=$view/$file deep=$up rest=$file
			while [ "${rest#*/}" != "$rest" ]; do rest=${rest#*/} deep=$deep/..; done
			if [ -e "$link" ] && [ ! -L "$link" ]; then continue; fi
			mkdir -p "$(dirname "$link")"
			rm -f "$link"
			ln -s "$deep/$folder/snapshots/$commit/$file" "$link"
		done' sh
done
