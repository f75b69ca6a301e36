package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/hfdownloader/hfdownloader/core/config"
	"github.com/hfdownloader/hfdownloader/core/fault"
	"github.com/hfdownloader/hfdownloader/core/match"
	"github.com/hfdownloader/hfdownloader/core/repo"
	"github.com/hfdownloader/hfdownloader/pipeline/jobs"
)

// readSpec reads the body of /api/download and /api/plan. Where files go never
// comes from a request, so other fields are of no use and left alone.
func readSpec(o object) (spec jobs.Spec, dryRun bool, err error) {
	var name, revision string
	var dataset bool
	for _, err := range []error{
		field(o, "repo", wantText, &name),
		field(o, "revision", wantText, &revision),
		field(o, "dataset", wantTruth, &dataset),
		texts(o, "filters", &spec.Filters),
		texts(o, "excludes", &spec.Excludes),
		field(o, "appendFilterSubdir", wantTruth, &spec.AppendFilterSubdir),
		field(o, "exactMatch", wantTruth, &spec.Exact),
		field(o, "dryRun", wantTruth, &dryRun),
	} {
		if err != nil {
			return jobs.Spec{}, false, refuse(fiber.StatusBadRequest, "Invalid request body", err.Error())
		}
	}
	name = strings.TrimSpace(name)
	if name == "" {
		return jobs.Spec{}, false, refuse(fiber.StatusBadRequest, "Missing required field: repo", "")
	}
	if len(spec.Filters) == 0 {
		name, spec.Filters = splitFilters(name)
	}
	if spec.Repo.ID, err = parseRepo(name); err != nil {
		return jobs.Spec{}, false, err
	}
	spec.Repo.Type = repoType(dataset)
	if spec.Revision, err = repo.ParseRevision(revision); err != nil {
		return jobs.Spec{}, false, refuse(fiber.StatusBadRequest, "Invalid revision", "revision: "+explain(err))
	}
	if spec.Excludes == nil {
		spec.Excludes = []string{}
	}
	return spec, dryRun, checkPatterns(spec)
}

// splitFilters reads "owner/name:filter,filter" (the contract's filter syntax).
func splitFilters(s string) (name string, filters []string) {
	name, after, _ := strings.Cut(s, ":")
	filters = []string{}
	for f := range strings.SplitSeq(after, ",") {
		if f = strings.TrimSpace(f); f != "" {
			filters = append(filters, f)
		}
	}
	return strings.TrimSpace(name), filters
}

// checkPatterns tells at once what the filter stage would refuse later.
func checkPatterns(s jobs.Spec) error {
	_, err := match.Select(nil, match.Options{
		Filters: s.Filters, Excludes: s.Excludes, Exact: s.Exact, Subdir: s.AppendFilterSubdir,
	})
	if err != nil {
		return refuse(fiber.StatusBadRequest, "Invalid filters", "filters: "+explain(err))
	}
	return nil
}

// parseRepo is strict: owner/name (decisions.md, Repo ids).
func parseRepo(s string) (repo.ID, error) {
	id, err := repo.ParseID(s)
	if err != nil || !id.HasOwner() {
		return "", refuse(fiber.StatusBadRequest, "Invalid repo format", "Expected owner/name")
	}
	return id, nil
}

// repoParam is the rest of a wildcard route: owner/name, with the slash as it is
// or as %2F. It is unescaped once, and copied (T38).
func repoParam(c *fiber.Ctx) (repo.ID, error) {
	return parseRepoParam(strings.Clone(c.Params("*")))
}

func parseRepoParam(raw string) (repo.ID, error) {
	name, err := url.PathUnescape(raw)
	if err != nil {
		return parseRepo("") // refuses
	}
	return parseRepo(name)
}

func repoType(dataset bool) repo.Type {
	if dataset {
		return repo.Dataset
	}
	return repo.Model
}

// typeParam reads ?type=; "" when it is not given.
func typeParam(c *fiber.Ctx) (repo.Type, error) {
	s := c.Query("type")
	if s == "" {
		return "", nil
	}
	t, err := repo.ParseType(s)
	if err != nil || t == repo.Space {
		return "", badParam("type", s, "model or dataset")
	}
	return t, nil
}

// numberParam reads a count from the query; what is not given is 0.
func numberParam(c *fiber.Ctx, name string) (int, error) {
	s := c.Query(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		return 0, badParam(name, s, "a number from 0")
	}
	return int(n), nil
}

// truthParam reads true or false from the query; what is not given is false.
func truthParam(c *fiber.Ctx, name string) (bool, error) {
	switch s := c.Query(name); s {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, badParam(name, s, "true or false")
	}
}

func badParam(name, got, want string) error {
	return refuse(fiber.StatusBadRequest, "Invalid parameter", name+": "+quote(got)+" is not "+want)
}

// rate reads a speed limit in bytes a second; "" and "0" are none.
func rate(name, s string) (int64, error) {
	if strings.TrimSpace(s) == "" {
		return 0, nil
	}
	n, err := config.ParseSize(s)
	if err != nil {
		return 0, &fieldProblem{name, err.Error()}
	}
	return n, nil
}

// maxQuoted bounds what an answer repeats of a request.
const maxQuoted = 60

// quote repeats what was sent, so that it cannot be mistaken for our words.
func quote(s string) string {
	if len(s) > maxQuoted {
		s = s[:maxQuoted] + "…"
	}
	return fmt.Sprintf("%+q", s)
}

// explain is an error with what to do next.
func explain(err error) string {
	if hint := fault.HintOf(err); hint != "" {
		return err.Error() + "; " + hint
	}
	return err.Error()
}
