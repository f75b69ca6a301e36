export default function Page() {
  return <h1>Plugins</h1>;
}
