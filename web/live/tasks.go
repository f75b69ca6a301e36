package live

import (
	"context"
	"time"

	"github.com/hfdownloader/hfdownloader/web/api"
	"github.com/hfdownloader/hfdownloader/web/tasks"
)

// Tasks is where long work other than downloads is heard of (tasks.Manager).
type Tasks interface {
	List() []tasks.Task
	Subscribe() *tasks.Subscription
}

// followTasks tells of tasks: all that changed, four times a second at most.
func (h *Hub) followTasks(ctx context.Context, sub *tasks.Subscription) {
	rest := time.NewTicker(pace)
	defer rest.Stop()
	for {
		changed, err := sub.Next(ctx)
		if err != nil {
			return
		}
		h.changed()
		for _, t := range changed {
			h.broadcast(message{job: "task " + t.ID, keep: t.Status.Ended(), data: taskMessage(t)})
		}
		select {
		case <-rest.C:
		case <-ctx.Done():
			return
		}
	}
}

// taskMessage leaves the result out where it does not fit: REST has it.
func taskMessage(t tasks.Task) []byte {
	data := encode("task_update", api.TaskOf(t))
	if len(data) > maxMessage {
		t.Result = nil
		data = encode("task_update", api.TaskOf(t))
	}
	return data
}

// recentTasks is how many ended tasks an init has.
const recentTasks = 20

// tasksNow are the tasks of an init, without results: REST has them.
func (h *Hub) tasksNow() []api.Task {
	if h.tasks == nil {
		return nil
	}
	var out []api.Task
	ended := 0
	for _, t := range h.tasks.List() {
		if t.Status.Ended() {
			if ended++; ended > recentTasks {
				continue
			}
		}
		t.Result = nil
		out = append(out, api.TaskOf(t))
	}
	return out
}
