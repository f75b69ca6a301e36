export default function Page() {
  return <h1>Analyze</h1>;
}
