export default function Page() {
  return <h1>Cache</h1>;
}
