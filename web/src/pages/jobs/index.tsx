export default function Page() {
  return <h1>Jobs</h1>;
}
