import "./cache.css";
import { route } from "../../router";
import { Empty } from "../../ui/show";
import { Details } from "./details";
import { List } from "./list";

export default function Page() {
  const [type, ...name] = route.value.rest;
  if (type === undefined) return <List />;
  if ((type === "model" || type === "dataset") && name.length > 0) return <Details key={route.value.path} type={type} repo={name.join("/")} />;
  return (
    <>
      <h1 class="away">Cache</h1>
      <Empty icon="search" title="There is nothing at this address" action={<a class="button" href="/cache">Go to the cache</a>} />
    </>
  );
}
