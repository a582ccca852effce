//! What an operation costs in a hundred invites and in a hundred thousand. What looks at every row is said to.

use std::hint::black_box;

use anthropic_admin_mock::{
    Cursor, Fixture, InviteFilter, InviteStatus, NewInvite, Organization, Page, Paging, Role, Settings, World,
};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

const SIZES: [usize; 3] = [100, 10_000, 100_000];

/// A world of so many pending invites, one every ten milliseconds up to now.
fn world(size: usize) -> World {
    // A limit, so that creating has to count the pending ones.
    let mut document = String::from(r#"{"member_limit": 3000000, "invites": ["#);
    for n in 0..size {
        let comma = if n == 0 { "" } else { "," };
        let ago = (size - n) * 10;
        document +=
            &format!(r#"{comma}{{"id": "i{n}", "email": "e{n}@example.com", "invited_at": "-{ago}ms"}}"#);
    }
    document += "]}";
    World::new(Fixture::parse(&document, Settings::default()).expect("a good fixture"))
}

fn page(
    organization: &Organization,
    filter: &InviteFilter,
    cursor: Option<Cursor>,
) -> Page<anthropic_admin_mock::Invite> {
    organization.list_invites(filter, &Paging { cursor, ..Paging::default() }).expect("a page")
}

fn create(organization: &Organization, email: String) {
    let new = NewInvite { email, role: Role::User, rbac_group_ids: Vec::new() };
    organization.create_invite(new).expect("a new address");
}

fn invites(criterion: &mut Criterion) {
    for size in SIZES {
        let world = world(size);
        let organization = world.organization("sk-ant-admin01-bench").expect("an admin key");
        let middle = format!("i{}", size / 2);
        let all = InviteFilter::default();
        let mut bench = |name: &str, run: &mut dyn FnMut()| {
            criterion.bench_function(&format!("{name}/{size}"), |bencher| bencher.iter(&mut *run));
        };
        bench("first page of 20", &mut || {
            black_box(page(&organization, &all, None));
        });
        bench("page of 20 in the middle", &mut || {
            let cursor = Some(Cursor::After(middle.clone()));
            black_box(page(&organization, &all, cursor));
        });
        bench("page of 20 pending users", &mut || {
            let filter = InviteFilter {
                roles: vec![Role::User],
                statuses: vec![InviteStatus::Pending],
                ..InviteFilter::default()
            };
            black_box(page(&organization, &filter, None));
        });
        // These grow: a filter that few rows pass, and a new invitation, have to look at every row.
        bench("page of 20 accepted, of which there are none", &mut || {
            let filter = InviteFilter { statuses: vec![InviteStatus::Accepted], ..InviteFilter::default() };
            black_box(page(&organization, &filter, None));
        });
        bench("page for one address", &mut || {
            let email = Some(format!("e{}@example.com", size / 2));
            let filter = InviteFilter { email, ..InviteFilter::default() };
            black_box(page(&organization, &filter, None));
        });
        bench("retrieve", &mut || {
            black_box(organization.invite(&middle).expect("the invite"));
        });
        let mut keys = 0..;
        bench("a new key's first page", &mut || {
            let key = format!("sk-ant-admin01-{}", keys.next().unwrap_or(0) % 5000);
            let organization = world.organization(&key).expect("an admin key");
            black_box(page(&organization, &all, None));
        });
        let mut number = 0..;
        criterion.bench_function(&format!("create, then delete/{size}"), |bencher| {
            bencher.iter_batched(
                || format!("new{}@example.com", number.next().unwrap_or(0)),
                |email| {
                    create(&organization, email);
                    let newest = page(&organization, &all, None);
                    organization.delete_invite(&newest.data[0].id).expect("the newest is pending");
                },
                BatchSize::SmallInput,
            );
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1));
    targets = invites
}
criterion_main!(benches);
