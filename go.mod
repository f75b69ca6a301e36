module github.com/hfdownloader/hfdownloader

go 1.26
