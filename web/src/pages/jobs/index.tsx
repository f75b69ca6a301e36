import { route } from "../../router";
import "./jobs.css";
import { List } from "./list";
import { One } from "./one";

export default function Jobs() {
  const id = route.value.rest[0];
  return id ? <One key={id} id={id} /> : <List />;
}
