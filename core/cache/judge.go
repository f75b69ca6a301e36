package cache

// evidence is what is known about the writer of a partial.
type evidence struct {
	self, writer owner
	inUse        bool // this very store is writing it
	running      bool // there may be a process of its pid and start time here
	beforeBoot   bool // its last write is older than this machine's start
	locksWork    bool // flock was seen to exclude on this file system
	lockHeld     bool // somebody has the flock on the partial
	lockFree     bool // nobody has
	still        bool // no write for StaleAfter
}

// verdict says what may be done with a partial.
type verdict int

const (
	leave  verdict = iota // its writer may be alive
	claim                 // its writer is gone: rename it
	copyIt                // its writer may be alive but is silent: take the bytes, not the file
)

// judge decides what may be done with a partial somebody left. The first line
// that holds decides:
//
//	flush of it failed                                  copy
//	ours, being written                                 leave
//	ours, left at a pause                               claim
//	locks work here and somebody holds its lock         leave
//	same kernel and pid namespace, no such process      claim
//	same kernel, locks work, its lock is free           claim
//	same kernel and pid namespace, process runs         leave
//	same machine, other boot, written before this boot  claim
//	no write for StaleAfter                             copy
//	anything else                                       leave
//
// A lock that is free proves something only where locks were just seen to
// exclude, and nobody else makes a partial of the content while we hold its lock.
// So a file system without them costs time, not content. Machines made
// from one image share their machine id, hence the look at the last write: a
// twin that is still writing wrote after our start.
func judge(e evidence) verdict {
	sameKernel := e.writer.boot != "0" && e.writer.boot == e.self.boot
	sameSpace := sameKernel && e.writer.ns == e.self.ns && e.writer.ns != "0"
	switch {
	case e.writer == nobody():
		return copyIt
	case e.writer == e.self && e.inUse:
		return leave
	case e.writer == e.self:
		return claim
	case e.locksWork && e.lockHeld:
		return leave
	case sameSpace && !e.running:
		return claim
	case sameKernel && e.locksWork && e.lockFree:
		return claim
	case sameSpace:
		return leave
	case e.writer.boot != "0" && !sameKernel && e.writer.machine == e.self.machine && e.beforeBoot:
		return claim
	case e.still:
		return copyIt
	default:
		return leave
	}
}
