export default function Page() {
  return <h1>Download</h1>;
}
