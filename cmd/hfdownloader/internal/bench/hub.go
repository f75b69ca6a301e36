//go:build linux

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/hfdownloader/hfdownloader/core/hub/hubtest"
)

// serveHub runs the sample hub until it is killed. It prints its address as a
// line of JSON when it is ready.
func serveHub(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet(hubArg, flag.ContinueOnError)
	big := flags.Int64("big", 0, "bytes of the file in "+bigRepo)
	small := flags.Bool("small", false, "make "+smallRepo)
	tree := flags.Bool("tree", false, "make "+treeRepo)
	data := flags.Bool("data", false, "make the dataset "+dataRepo)
	wide := flags.Bool("wide", false, "make the dataset "+wideRepo)
	rate := flags.Int64("rate", 0, "bytes a second and connection")
	latency := flags.Duration("latency", 0, "wait before each answer")
	if err := flags.Parse(args); err != nil {
		return err
	}
	h, err := hubtest.New(hubtest.Options{BytesPerSecond: *rate, Latency: *latency})
	if err != nil {
		return err
	}
	defer h.Close()
	if *big > 0 {
		h.Model(bigRepo, hubtest.LFS(bigFile, hubtest.Seeded(1, *big)))
	}
	if *small {
		files := make([]hubtest.File, smallCount)
		for i := range files {
			size := int64(4<<10 + i*60<<10/smallCount) // 4 to 64 KiB, evenly
			files[i] = hubtest.File{Path: smallName(i), Content: hubtest.Seeded(uint64(i)+2, size)}
		}
		h.Model(smallRepo, files...)
	}
	if *tree {
		files := make([]hubtest.File, treeCount)
		for i := range files {
			files[i] = hubtest.Regular(fmt.Sprintf("data/%03d/file-%06d.json", i%500, i), fmt.Sprint(i))
		}
		h.Model(treeRepo, files...)
	}
	if *data {
		files := make([]hubtest.File, dataCount)
		for i := range files {
			files[i] = hubtest.Regular(fmt.Sprintf("data/%03d/part-%06d.json", i%500, i), fmt.Sprintf(`{"part":%d}`, i))
		}
		h.Dataset(dataRepo, files...)
	}
	if *wide {
		content := hubtest.SeededAs(1, 1<<20, strings.Repeat("ab", 32)) // nobody reads it
		files := make([]hubtest.File, wideCount)
		for i := range files {
			files[i] = hubtest.LFS(fmt.Sprintf("data/%s-%05d-of-%05d.parquet", []string{"train", "test"}[i%2], i, wideCount), content)
		}
		h.Dataset(wideRepo, files...)
	}
	if err := json.NewEncoder(os.Stdout).Encode(hubAddress{URL: h.URL()}); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
