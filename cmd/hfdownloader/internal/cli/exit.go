package cli

import "github.com/hfdownloader/hfdownloader/core/fault"

// Exit codes (decisions.md). Scripts rely on them.
const (
	ExitOK          = 0
	ExitOther       = 1
	ExitUsage       = 2 // or nothing matched
	ExitNotFound    = 3
	ExitNoAccess    = 4
	ExitIntegrity   = 5
	ExitDisk        = 6
	ExitNetwork     = 7
	ExitPlugin      = 8
	ExitInterrupted = 130 // 128 + SIGINT, as shells do
)

// exitCodes maps every kind of failure, tested against fault.Kinds.
func exitCodes() map[fault.Kind]int {
	return map[fault.Kind]int{
		fault.Internal:         ExitOther,
		fault.Invalid:          ExitUsage,
		fault.Unauthorized:     ExitNoAccess,
		fault.Gated:            ExitNoAccess,
		fault.RepoNotFound:     ExitNotFound,
		fault.RevisionNotFound: ExitNotFound,
		fault.EntryNotFound:    ExitNotFound,
		fault.RateLimited:      ExitNetwork,
		fault.Unavailable:      ExitNetwork,
		fault.Offline:          ExitNetwork,
		fault.Integrity:        ExitIntegrity,
		fault.Disk:             ExitDisk,
		fault.Plugin:           ExitPlugin,
		fault.Canceled:         ExitInterrupted,
	}
}

// ExitCode is what the process ends with after err.
func ExitCode(err error) int {
	if err == nil {
		return ExitOK
	}
	if code, ok := exitCodes()[fault.KindOf(err)]; ok {
		return code
	}
	return ExitOther
}
