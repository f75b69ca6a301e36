export default function Page() {
  return <h1>Mirror</h1>;
}
